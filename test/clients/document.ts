import { tableText } from '../docs/table-text.ts';
import type { Row, Section } from './row.ts';
import { HIKARICP } from './rows/hikaricp.ts';
import { NODE_POSTGRES } from './rows/node-postgres.ts';
import { PGBENCH_ROWS } from './rows/pgbench.ts';
import { PSQL_ROWS } from './rows/psql.ts';
import { PSYCOPG2 } from './rows/psycopg2.ts';

/** By the name under which the tests know them. */
export const SECTIONS: Readonly<Record<string, Section>> = {
  NODE_POSTGRES,
  PSYCOPG2,
  HIKARICP,
  PSQL_ROWS,
  PGBENCH_ROWS,
};

const INTRODUCTION = `# Clients

Each row is a real program that takes slots of a real server (24 usable, PostgreSQL 18) until a client is refused, beside a healthy one of the same technology.
A run ends the longest idle of its sessions; the healthy program goes on without an error and keeps all of its sessions. The diagnosis names
the program and the cause, and the advice says how to correct it. The corrected program, with the advised number if there is one, does the same work
again, and no client is refused.
The table is written from rows that the tests compare with what happened, word for word; \`#\` stands for what differs from run to run.
`;
const HEADINGS = [
  'client',
  'what it did wrong',
  'diagnosis',
  'what we ended',
  'what the application saw',
  'did it recover',
  'what mends it',
];

/** `docs/evidence/clients.md`. */
export function documentOf(sections: readonly Section[]): string {
  const lines = sections.flatMap((section) =>
    Object.values(section.rows).map((row) => cellsOf(section, row)),
  );
  const refusals = sections.map(refusalsOf).join('\n');
  const proofs = sections.map(({ client, provenBy }) => `${client} \`${provenBy}\``).join(', ');
  return [
    INTRODUCTION,
    `${tableText([HEADINGS, ...lines])}\n`,
    '## How a refusal reads\n',
    `${refusals}\n`,
    `Proven in \`test/clients\`: ${proofs}.\n`,
  ].join('\n');
}

function cellsOf(
  { client }: Section,
  { fault, cause, ended, held, saw, recovered, mends }: Row,
): readonly string[] {
  const what = ended === 0 ? `none of ${held}` : `${ended} of ${held}`;
  const read = saw.map((line) => code(line)).join('; ');
  return [client, fault, `\`${cause}\``, what, read === '' ? 'nothing' : read, recovered, mends];
}

/** The number before it is ours. */
function code(line: string): string {
  const [, times = '', text = ''] = /^(\d+ × )?(.*)$/.exec(line) ?? [];
  return `${times}\`${text.replace(/^failed /, '').replaceAll('|', '/')}\``;
}

function refusalsOf({ client, rows }: Section): string {
  const texts = new Set(Object.values(rows).map(({ refused }) => refused));
  return [...texts].map((text) => `- ${client}: ${code(text)}`).join('\n');
}

import { tableText } from '../docs/table-text.ts';
import type { Row, Section } from './row.ts';
import { ACTING } from './rows/acting.ts';
import { CROWD } from './rows/crowd.ts';
import { GETTING_IN } from './rows/getting-in.ts';
import { LOOKING } from './rows/looking.ts';
import { POOLER } from './rows/pooler.ts';
import { TELLING } from './rows/telling.ts';
import { TIME } from './rows/time.ts';
import { TOO_LARGE } from './rows/too-large.ts';

/** By the name under which the tests know them. */
export const SECTIONS: Readonly<Record<string, Section>> = {
  GETTING_IN,
  LOOKING,
  POOLER,
  ACTING,
  TIME,
  CROWD,
  TOO_LARGE,
  TELLING,
};

const INTRODUCTION = `# Failure modes

What can go wrong, and what a run does then. Each row is a test of the same name. The test causes the fault on a real server that is full of
clients, runs the whole workflow, and compares outcome and message word for word. This page is generated from the same rows, and a test
compares it with them.

- **Outcome** is the outcome of the run, one of the closed list in \`functions/core/run/outcome.ts\`.
- **On-call reads** is the subject of the message. What else it, or the full text of the run, says of the fault is below the table. \`#\` is a number that differs from run to
  run, \`…\` is text of the diagnosis that may differ. Where no message is sent, the run is on record and in the log only.
- **Ended** are the sessions that the run ended. The test compares all sessions before and after, by process and start
  time: every session that is missing was told to end and is on record, and all others are still there. Among them are a
  listener, the holder of an advisory lock, an active session, an open transaction, a superuser and a walsender.

Afterwards no session and no lock of ours is left on the server.
`;
const HEADINGS = ['what goes wrong', 'outcome', 'on-call reads', 'ended'];

/** `docs/evidence/failure-modes.md`. */
export function documentOf(sections: readonly Section[]): string {
  return [INTRODUCTION, ...sections.map(sectionText)].join('\n');
}

function sectionText({ title, about, provenBy, versions, rows }: Section): string {
  const all = Object.values(rows);
  const sentences = all.flatMap(({ fault, says }) => (says === null ? [] : [`- **${fault}**: ${says}`]));
  return [
    `## ${title}`,
    about,
    `Proven by \`test/failure-modes/${provenBy}\` on PostgreSQL ${versions.join(' and ')}.`,
    tableText([HEADINGS, ...all.map(cellsOf)]),
    ...(sentences.length === 0 ? [] : [sentences.join('\n')]),
  ]
    .map((paragraph) => `${paragraph}\n`)
    .join('\n');
}

function cellsOf({ fault, outcome, subject, ends }: Row): readonly string[] {
  const reads = subject === null ? 'nothing' : `\`${subject}\``;
  return [fault, `\`${outcome}\``, reads, ends === 0 ? 'none' : String(ends)];
}

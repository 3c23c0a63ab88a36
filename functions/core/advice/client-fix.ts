import { listText } from '../base/words.ts';
import { TECHNOLOGY_NAMES, type Technology } from '../server/client-technology.ts';
import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts, Clients, Suspect } from './advice-facts.ts';

type Fix = { readonly text: string; readonly paste?: Advice['paste'] };

/** What makes a client give its sessions back. */
const GIVE_BACK: Readonly<Partial<Record<Technology, Fix>>> = {
  'node-postgres': {
    text: 'pool.query gives its client back by itself, one from pool.connect must be released in finally. Without an error handler the pool ends the process.',
    paste: {
      language: 'javascript',
      lines: [
        "pool.on('error', (error) => console.error(error.message));",
        'const client = await pool.connect();',
        'try {',
        "  await client.query('SELECT 1');",
        '} finally {',
        '  client.release();',
        '}',
      ],
    },
  },
  psycopg2: {
    text: '"with conn" ends the transaction and leaves the connection open, "with conn.cursor()" closes only the cursor: putconn or close in finally.',
    paste: {
      language: 'python',
      lines: [
        'conn = pool.getconn()',
        'try:',
        '    with conn, conn.cursor() as cursor:',
        '        cursor.execute("SELECT 1")',
        'finally:',
        '    pool.putconn(conn)',
      ],
    },
  },
  sqlalchemy: {
    text: '"with engine.connect() as connection" gives it back, a Session needs close(): one engine for each process, made after the fork.',
  },
  jdbc: {
    text: 'close each Connection by try-with-resources. HikariCP names the code that keeps one for longer than leakDetectionThreshold.',
    paste: {
      language: 'properties',
      lines: ['leakDetectionThreshold=60000', 'connectionTimeout=30000', 'maxLifetime=1800000'],
    },
  },
  npgsql: {
    text: 'open each connection with "await using", from one NpgsqlDataSource for the process, so that it goes back to the pool.',
  },
  activerecord: {
    text: 'threads of your own borrow with connection_pool.with_connection, which gives back what checkout does not.',
  },
  prisma: {
    text: 'one PrismaClient for each process, not one for each request, and $disconnect at its end.',
  },
  pgbench: { text: 'this is a load test: end it where it runs.' },
};

/** What makes a client end its transactions. */
const END_TRANSACTIONS: Readonly<Partial<Record<Technology, Fix>>> = {
  'node-postgres': {
    text: 'COMMIT, or ROLLBACK on an error, before client.release() in finally: release does not end a transaction.',
  },
  psycopg2: {
    text: 'the first statement begins a transaction, a SELECT too: commit or roll back in finally, or set conn.autocommit = True for what only reads.',
  },
  sqlalchemy: {
    text: 'the first statement begins a transaction, a SELECT too: commit or close the Session in finally, before anything slow.',
  },
  jdbc: {
    text: 'with autoCommit off each SELECT begins a transaction: commit or close by try-with-resources.',
  },
  psql: { text: 'COMMIT or ROLLBACK before leaving the desk; psql leaves with \\q.' },
  gui: { text: 'switch it to auto-commit, or commit before leaving the desk.' },
};

/** More are a list, not advice. */
const MOST_FIXES = 2;
/** Where nothing tells, those that are most likely. */
const LIKELY_NAMELESS: readonly Technology[] = ['node-postgres', 'psycopg2'];
const LIKELY_NAMED: readonly Technology[] = ['node-postgres', 'psycopg2', 'jdbc'];
const IN_SHORT: Readonly<Partial<Record<Technology, string>>> = {
  'node-postgres': 'node-postgres, client.release() in finally, or client.end() without a pool',
  psycopg2: 'psycopg2, putconn or close, which "with conn" does not do',
  jdbc: 'HikariCP, leakDetectionThreshold names the code',
};

/** The leak is in the client's code: sessions are opened and never given back. */
export function giveBack({ suspects }: AdviceFacts): readonly Advice[] {
  const known = suspects.flatMap((suspect) => forKnown(suspect, GIVE_BACK) ?? []).slice(0, MOST_FIXES);
  const unknown = suspects.filter((suspect) => forKnown(suspect, GIVE_BACK) === null);
  const [first] = unknown;
  if (first === undefined) return known;
  const names = listText([...new Set(unknown.map(({ name }) => name))]);
  const opens = names === first.name ? 'opens connections and does' : 'open connections and do';
  const text = `Find where ${names} ${opens} not give them back, on errors above all: ${likely(first)}.`;
  return [...known, forDeveloper(text)];
}

export function endTransactions({ suspects }: AdviceFacts): readonly Advice[] {
  const [suspect] = suspects;
  return suspect === undefined ? [] : [endTransactionsOf(suspect)];
}

export function endTransactionsOf(suspect: Clients): Advice {
  return (
    forKnown(suspect, END_TRANSACTIONS) ??
    forDeveloper(
      `End each transaction of ${suspect.name} in finally, by COMMIT or ROLLBACK, and wait for nobody inside: no call to another service, no person.`,
    )
  );
}

function forKnown({ name, technology }: Clients, fixes: typeof GIVE_BACK): Advice | null {
  const fix = technology === null ? undefined : fixes[technology.technology];
  if (technology === null || fix === undefined) return null;
  const looks = technology.certain ? '' : ` looks like ${TECHNOLOGY_NAMES[technology.technology]}`;
  return forDeveloper(`${name}${looks}: ${fix.text}`, fix.paste);
}

function likely({ standing }: Suspect): string {
  const technologies = standing.group.application === '' ? LIKELY_NAMELESS : LIKELY_NAMED;
  return technologies.flatMap((technology) => IN_SHORT[technology] ?? []).join('; ');
}

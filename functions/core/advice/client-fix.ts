import { listText } from '../base/words.ts';
import { TECHNOLOGY_NAMES, type Technology } from '../server/client-technology.ts';
import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts, Clients, KnownCulprit } from './advice-facts.ts';

type Fix = { readonly text: string; readonly paste?: Advice['paste'] };

/** How each client returns its sessions. */
const GIVE_BACK: Readonly<Partial<Record<Technology, Fix>>> = {
  'node-postgres': {
    text: 'release each client from pool.connect() in finally; pool.query() does it by itself. Add an error handler to the pool: without it an ended connection crashes the process.',
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
    text: 'call putconn() or close() in finally. "with conn" ends the transaction but does not close the connection, "with conn.cursor()" closes only the cursor.',
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
    text: 'use "with engine.connect() as connection", and call close() on each Session. Create one engine for each process, after the fork.',
  },
  jdbc: {
    text: 'close each Connection with try-with-resources. HikariCP logs the code that keeps a connection longer than leakDetectionThreshold.',
    paste: {
      language: 'properties',
      lines: ['leakDetectionThreshold=60000', 'connectionTimeout=30000', 'maxLifetime=1800000'],
    },
  },
  npgsql: {
    text: 'open each connection with "await using", from one NpgsqlDataSource for the process, so that it goes back to the pool.',
  },
  activerecord: {
    text: 'use connection_pool.with_connection in your own threads: it gives the connection back, checkout does not.',
  },
  prisma: {
    text: 'create one PrismaClient for each process, not for each request, and call $disconnect() at its end.',
  },
  pgbench: { text: 'this is a load test. Stop it where it runs.' },
};

/** How each client ends its transactions. */
const END_TRANSACTIONS: Readonly<Partial<Record<Technology, Fix>>> = {
  'node-postgres': {
    text: 'run COMMIT, or ROLLBACK on an error, before client.release() in finally: release() does not end a transaction.',
  },
  psycopg2: {
    text: 'commit or roll back in finally: every first statement begins a transaction, also a SELECT. Set conn.autocommit = True for code that only reads.',
  },
  sqlalchemy: {
    text: 'commit or close the Session in finally, before any slow work: every first statement begins a transaction, also a SELECT.',
  },
  jdbc: {
    text: 'commit, or close with try-with-resources: with autoCommit off every SELECT begins a transaction.',
  },
  psql: { text: 'run COMMIT or ROLLBACK before you leave the desk. \\q ends psql.' },
  gui: { text: 'switch to auto-commit, or commit before you leave the desk.' },
};

/** More fixes would be a list, not advice. */
const MOST_FIXES = 2;
/** The most likely technologies when no sign tells. */
const LIKELY_NAMELESS: readonly Technology[] = ['node-postgres', 'psycopg2'];
const LIKELY_NAMED: readonly Technology[] = ['node-postgres', 'psycopg2', 'jdbc'];
const IN_SHORT: Readonly<Partial<Record<Technology, string>>> = {
  'node-postgres': 'node-postgres: call client.release() in finally, or client.end() without a pool',
  psycopg2: 'psycopg2: call putconn() or close(), "with conn" does not close',
  jdbc: 'HikariCP: set leakDetectionThreshold, which logs the code',
};

/** The leak is in the client's code: it opens sessions and never returns them. */
export function returnSessions({ culprits }: AdviceFacts): readonly Advice[] {
  const known = culprits.flatMap((culprit) => forKnown(culprit, GIVE_BACK) ?? []).slice(0, MOST_FIXES);
  const unknown = culprits.filter((culprit) => forKnown(culprit, GIVE_BACK) === null);
  const [first] = unknown;
  if (first === undefined) return known;
  const names = listText([...new Set(unknown.map(({ name }) => name))]);
  const opens = names === first.name ? 'does' : 'do';
  const text = `Find where ${names} ${opens} not close connections, especially after errors. ${likely(first)}.`;
  return [...known, forDeveloper(text)];
}

export function endTransactions({ culprits }: AdviceFacts): readonly Advice[] {
  const [culprit] = culprits;
  return culprit === undefined ? [] : [endTransactionsOf(culprit)];
}

export function endTransactionsOf(culprit: Clients): Advice {
  return (
    forKnown(culprit, END_TRANSACTIONS) ??
    forDeveloper(
      `End each transaction of ${culprit.name} in finally with COMMIT or ROLLBACK. Do not call another service or wait for a person inside a transaction.`,
    )
  );
}

function forKnown({ name, technology }: Clients, fixes: typeof GIVE_BACK): Advice | null {
  const fix = technology === null ? undefined : fixes[technology.technology];
  if (technology === null || fix === undefined) return null;
  const looks = technology.certain ? '' : ` looks like ${TECHNOLOGY_NAMES[technology.technology]}`;
  return forDeveloper(`${name}${looks}: ${fix.text}`, fix.paste);
}

function likely({ usage }: KnownCulprit): string {
  const technologies = usage.group.application === '' ? LIKELY_NAMELESS : LIKELY_NAMED;
  return technologies.flatMap((technology) => IN_SHORT[technology] ?? []).join('. ');
}

import type { Client } from 'pg';
import { DatabaseError } from 'pg';
import type { Role, TestServer } from './postgres-server.ts';
import { waitUntil } from './wait-until.ts';

export type SessionOptions = {
  readonly role: Role;
  /** Default `postgres`. */
  readonly database?: string;
  /** `application_name`; none by default, as with most leaks. */
  readonly application?: string;
};

/** A real client's session. It stays as it was opened until it is ended, by `close()` or the server's `stop()`. */
export type TestSession = {
  readonly pid: number;
  readonly client: Client;
  readonly isOpen: () => boolean;
  /** The SQLSTATE of the first error that the client got, such as 57P01 when it was terminated; null without one. */
  readonly errorCode: () => string | null;
  /** Resolves to the same when the session has ended. */
  readonly ended: Promise<string | null>;
  readonly close: () => Promise<void>;
};

/** So many keep two cores busy and do not yet refuse one another. */
const AT_ONCE = 8;

/** Opens `count` sessions, a few at a time: `openMany(100, () => openIdle(server, { role }))`. */
export async function openMany(
  count: number,
  open: (index: number) => Promise<TestSession>,
): Promise<readonly TestSession[]> {
  const sessions: TestSession[] = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - first);
    sessions.push(...(await Promise.all(Array.from({ length: size }, (_, index) => open(first + index)))));
  }
  return sessions;
}

/** State `idle`. Without a statement it is a pool's connection that was never used. */
export async function openIdle(
  server: TestServer,
  options: SessionOptions & { readonly statement?: string },
): Promise<TestSession> {
  const session = await open(server, options);
  if (options.statement !== undefined) await session.client.query(options.statement);
  return session;
}

/** State `idle in transaction`. */
export async function openIdleInTransaction(
  server: TestServer,
  options: SessionOptions,
): Promise<TestSession> {
  const session = await open(server, options);
  await session.client.query('BEGIN');
  await session.client.query('SELECT 1');
  return session;
}

/** State `idle in transaction (aborted)`. */
export async function openAborted(server: TestServer, options: SessionOptions): Promise<TestSession> {
  const session = await open(server, options);
  await session.client.query('BEGIN');
  await session.client.query('SELECT 1/0').catch(() => {});
  return session;
}

/** State `active`, for an hour. Waits until the server shows it, which needs one superuser slot for a moment. */
export async function openActive(
  server: TestServer,
  options: SessionOptions & { readonly statement?: string },
): Promise<TestSession> {
  const session = await open(server, options);
  session.client.query(options.statement ?? 'SELECT pg_sleep(3600)').catch(session.note);
  const isActive = async () => {
    const rows = await server.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = $2', [
      session.pid,
      'active',
    ]);
    return rows.length === 1;
  };
  await waitUntil(isActive, { what: `session ${session.pid} was active` });
  return session;
}

/** State `idle` after LISTEN: it waits for notifications and only looks unused. */
export function openListener(
  server: TestServer,
  { channel = 'news', ...options }: SessionOptions & { readonly channel?: string },
): Promise<TestSession> {
  return openIdle(server, { ...options, statement: `LISTEN ${channel}` });
}

/** State `idle` with a session-level advisory lock, as a leader election or a migration holds one. */
export function openHolderOfAdvisoryLock(
  server: TestServer,
  { key = 1, ...options }: SessionOptions & { readonly key?: number },
): Promise<TestSession> {
  return openIdle(server, { ...options, statement: `SELECT pg_advisory_lock(${key})` });
}

export type Filled = { readonly sessions: readonly TestSession[]; readonly refusal: DatabaseError };

/**
 * Opens idle sessions until one is refused with 53300. The last ones are opened one by one: sessions that are opened at the
 * same time refuse one another while a slot is still free.
 */
export async function fillUntilRefused(server: TestServer, options: SessionOptions): Promise<Filled> {
  const sessions: TestSession[] = [];
  let atOnce = AT_ONCE;
  for (;;) {
    const results = await Promise.allSettled(Array.from({ length: atOnce }, () => openIdle(server, options)));
    let refusal: DatabaseError | null = null;
    for (const result of results) {
      if (result.status === 'fulfilled') sessions.push(result.value);
      else if (isRefusal(result.reason)) refusal = result.reason;
      else throw result.reason;
    }
    if (refusal && atOnce === 1) return { sessions, refusal };
    if (refusal) atOnce = 1;
  }
}

function isRefusal(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code === '53300';
}

type Opened = TestSession & { readonly note: (error: unknown) => void };

async function open(server: TestServer, { role, database, application }: SessionOptions): Promise<Opened> {
  const client = await server.connect(role, {
    ...(database !== undefined && { database }),
    ...(application !== undefined && { application_name: application }),
  });
  let code: string | null = null;
  let isOpen = true;
  // The socket's own error, which follows, has no SQLSTATE.
  const note = (error: unknown) => {
    if (error instanceof DatabaseError) code ??= error.code ?? null;
  };
  client.on('error', note);
  const ended = new Promise<string | null>((resolve) => {
    client.once('end', () => {
      isOpen = false;
      resolve(code);
    });
  });
  return {
    pid: Number(Reflect.get(client, 'processID')),
    client,
    isOpen: () => isOpen,
    errorCode: () => code,
    ended,
    note,
    close: () => client.end(),
  };
}

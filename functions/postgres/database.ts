import { coerceError, RemediationError } from '../core/errors.ts';
import { remembered } from '../core/remembered.ts';
import { DEFAULT_STATEMENTS, toldOf } from '../core/statement-choice.ts';
import type { GuardResult } from '../core/verification.ts';
import type { Database } from '../workflow/ports.ts';
import type { OpenSession } from './attempt.ts';
import type { Statement } from './dialect.ts';
import { TRY_LOCK } from './sql/try-lock.ts';
import { endsSession, INSUFFICIENT_PRIVILEGE, serverAnswer } from './sqlstate.ts';

/** Runs one autocommitted statement. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly unknown[]>;

/** Statements on an open session; what goes wrong is a RemediationError `connection-lost` or `statement-failed`. */
export function queryOf(session: OpenSession): Query {
  const run = runner(session);
  return (text, values) => run(text, values).catch((error) => rethrow(error, session.brokenBy()));
}

/** Texts are constants, what varies travels beside them: there are as many names as statements. */
const NAMES = new Map<string, string>();

function nameOf(text: string): string {
  const name = NAMES.get(text) ?? `headroom-${NAMES.size + 1}`;
  NAMES.set(text, name);
  return name;
}

/**
 * Under a name, a statement is parsed and planned once a session: for each victim the guard would cost the server more than
 * twice what it takes to run, and so would each later look.
 */
function runner({ client }: OpenSession): Query {
  return async (text, values = []) =>
    (await client.query({ name: nameOf(text), text, values: [...values] })).rows;
}

/** The open session as the workflow uses it. */
export function databaseOf(session: OpenSession, statements = DEFAULT_STATEMENTS): Database {
  const { dialect } = session;
  const query = queryOf(session);
  const told = remembered(toldOf(statements));
  return {
    tryLock: async () => {
      const [row] = await query(TRY_LOCK);
      return (row as { locked: boolean }).locked;
    },
    readSnapshot: () => dialect.readSnapshot(query, told),
    readConfiguration: () => dialect.readConfiguration(query),
    terminate: (sessions) =>
      Promise.all(sessions.map((victim) => terminate(runner(session), dialect.guard(victim)))),
    close: session.close,
  };
}

/** A statement that comes after the end of its session fails with no word of what ended it: `brokenBy` knows. */
function rethrow(error: unknown, brokenBy: unknown): never {
  const answer = serverAnswer(error);
  const lost = answer === null || endsSession(answer.sqlstate);
  const cause = answer === null ? (brokenBy ?? error) : error;
  const found = `${serverAnswer(cause)?.sqlstate ?? 'connection'}: ${coerceError(cause).message}`;
  const message = lost
    ? `Our session with the server broke off (${found}): see its log, and the network in between.`
    : `The server could not run one of our statements (${found}): see its log and the role's rights.`;
  throw new RemediationError(lost ? 'connection-lost' : 'statement-failed', message, { cause });
}

/** One victim through the guard. Never throws: each attempt is data, and one refusal spoils nothing. */
async function terminate(run: Query, { text, values }: Statement): Promise<GuardResult> {
  try {
    const [row] = await run(text, values);
    return (row as { sent: boolean } | undefined)?.sent ? 'signalled' : 'no-match';
  } catch (error) {
    const answer = serverAnswer(error);
    if (answer === null || endsSession(answer.sqlstate)) return 'unknown';
    return answer.sqlstate === INSUFFICIENT_PRIVILEGE ? 'forbidden' : 'failed';
  }
}

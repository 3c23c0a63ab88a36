import { RemediationError } from '../core/base/errors.ts';
import { openSession } from './connection/connect.ts';
import { queryOf } from './connection/database.ts';
import type { CredentialSource, Target } from './connection/target.ts';

/**
 * Runs statements in one session, in order, until one fails.
 * @param statementsOf gets the server's major version.
 * @throws RemediationError with the problem of connecting, or of a statement.
 */
export async function runStatements(
  target: Target,
  source: CredentialSource,
  deadline: number,
  statementsOf: (version: number) => readonly string[],
): Promise<{ readonly version: number; readonly ran: number }> {
  const opened = await openSession(target, source, deadline);
  if (opened.session === null) throw new RemediationError(opened.problem.code, opened.problem.message);
  const { session } = opened;
  try {
    const query = queryOf(session);
    const version = Math.floor(session.versionNumber / 10_000);
    const statements = statementsOf(version);
    for (const statement of statements) await query(statement);
    return { version, ran: statements.length };
  } finally {
    await session.close();
  }
}

import type { Problem } from '../../core/base/errors.ts';
import { quoteIdentifier } from '../../core/base/sql-text.ts';
import {
  denialOf,
  type Fullness,
  fullnessOf,
  isFailedAuthentication,
  isForeignEncoding,
  isPoolerAnswer,
  type ServerAnswer,
  UNDEFINED_DATABASE,
} from '../../core/base/sqlstate.ts';
import type { OpenSession } from './open-session.ts';
import { poolerInBetween } from './pooler-in-between.ts';
import { serverWords } from './server-words.ts';
import { refusesSettings } from './startup.ts';
import { type Credentials, type Target, targetText } from './target.ts';

/**
 * How far the server came before the time was over.
 * - `silent`: it did not accept the connection.
 * - `hanging`: it accepted the connection and did not finish the login.
 * - `unanswered`: it finished the login and did not answer our first statement.
 * - `cut-off`: it accepted the connection, but had less time than an attempt may take.
 */
export type Silence = 'silent' | 'hanging' | 'unanswered' | 'cut-off';

/**
 * The result of one attempt. `refused` may be tried again; `denied` stays denied. `given-up`: we ended it before its proof.
 */
export type Attempted =
  | { readonly kind: 'in'; readonly session: OpenSession }
  | { readonly kind: 'given-up' }
  | {
      readonly kind: 'refused';
      readonly answer: ServerAnswer | null;
      readonly fullness: Fullness | Silence | 'broken-off' | 'tls' | 'token';
    }
  | { readonly kind: 'denied'; readonly answer: ServerAnswer | null; readonly problem: Problem };

/** The result of an attempt that the server answered with an error. */
export function classifyAnswer(
  answer: ServerAnswer,
  error: unknown,
  target: Target,
  { user, isToken = false }: Credentials,
): Attempted {
  const where = targetText(target);
  const fullness = fullnessOf(answer);
  if (fullness !== null) return { kind: 'refused', answer, fullness };
  if (isToken && isFailedAuthentication(answer)) return { kind: 'refused', answer, fullness: 'token' };
  if (isPoolerAnswer(answer)) {
    const problem = poolerInBetween(target, `${answer.sqlstate}: ${serverWords(error)}`).toProblem();
    return { kind: 'denied', answer, problem };
  }
  if (isForeignEncoding(answer)) {
    const message = `The maintenance database ${target.database} at ${where} is in an encoding that the server does not convert to UTF8, as MULE_INTERNAL (0A000): declare another "database" for the server, or name it in the URL.`;
    return { kind: 'denied', answer, problem: { code: 'connect-failed', message } };
  }
  if (answer.sqlstate === UNDEFINED_DATABASE) {
    const message = `The maintenance database ${target.database} does not exist at ${where} (3D000): make it with the statements that headroom role-sql prints, or declare another "database" for the server, or name it in the URL (postgres was the default before).`;
    return { kind: 'denied', answer, problem: { code: 'connect-failed', message } };
  }
  if (refusesSettings(answer)) {
    const message = `The server at ${where} refuses the settings that our session begins with (${answer.sqlstate}: ${serverWords(error)}). No PostgreSQL from 14 on does, so it is a server of another kind, which is not supported. Nothing was read and no session was ended.`;
    return { kind: 'denied', answer, problem: { code: 'server-unsupported', message } };
  }
  const code = denialOf(answer);
  const whenDenied = isToken
    ? tokenAdvice(user)
    : "check user and password (in the secret, or as the command got them) and the server's pg_hba.conf";
  const next = code === 'connect-denied' ? whenDenied : 'see the server log';
  const message = `The server at ${where} denies us (${answer.sqlstate}: ${serverWords(error)}): ${next}.`;
  return { kind: 'denied', answer, problem: { code, message } };
}

/** What IAM authentication needs on both sides. Without the grant the server refuses the token as a wrong password. */
export function tokenAdvice(user: string): string {
  return `run GRANT rds_iam TO ${quoteIdentifier(user)} there, and allow the function's role rds-db:connect for this user`;
}

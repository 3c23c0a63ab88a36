import { RemediationError } from '../../core/base/errors.ts';
import { serverAnswer } from '../../core/base/sqlstate.ts';
import { DEFAULT_STATEMENTS, redactStatements } from '../../core/server/statement-choice.ts';
import type { Database } from '../../remediate/ports.ts';
import { hasEnded } from './has-ended.ts';
import { knownSlots } from './known-slots.ts';
import type { OpenSession } from './open-session.ts';
import type { Query } from './query.ts';
import { serverWords } from './server-words.ts';
import { statementName } from './statement-name.ts';
import { terminateGuarded } from './terminate-guarded.ts';

/** Runs statements on an open session. Errors are RemediationErrors `connection-lost` or `statement-failed`. */
export function queryOf({ client, brokenBy }: OpenSession): Query {
  return async (text, values = [], how = 'named') => {
    try {
      if (how === 'once') return (await client.query(text)).rows;
      return (await client.query({ name: statementName(text), text, values: [...values] })).rows;
    } catch (error) {
      return await rethrow(error, brokenBy);
    }
  };
}

/** The open session as the workflow uses it. */
export function databaseOf(
  session: OpenSession,
  statements = DEFAULT_STATEMENTS,
  known = knownSlots(),
): Database {
  const { dialect } = session;
  const query = queryOf(session);
  const tell = redactStatements(statements);
  let since: string | null = null;
  return {
    tryLock: () => dialect.tryLock(query),
    countSlots: async () => {
      const counted = (await dialect.countSlots?.(query)) ?? null;
      since = counted?.since ?? null;
      if (counted === null || counted.hidden || counted.locked) return null;
      const slots = known.of(counted.since, Date.now());
      return slots === null ? null : { slots, used: counted.used };
    },
    readSnapshot: async () => {
      const snapshot = await dialect.readSnapshot(query, tell);
      if (since !== null) known.keep(snapshot.slots, since);
      return snapshot;
    },
    readConfiguration: async () => {
      const configuration = await dialect.readConfiguration(query);
      known.checked(Date.now());
      return configuration;
    },
    terminate: (victims) => terminateGuarded(session, victims),
    close: session.close,
  };
}

/** A statement that follows the end of its session fails without the reason. `brokenBy` knows the reason. */
async function rethrow(error: unknown, brokenBy: () => unknown): Promise<never> {
  const answer = serverAnswer(error);
  const lost = answer === null || (await hasEnded(answer, brokenBy));
  const cause = answer === null ? (brokenBy() ?? error) : error;
  const found = `${serverAnswer(cause)?.sqlstate ?? 'connection'}: ${serverWords(cause)}`;
  const message = lost
    ? `Our session with the server was lost (${found}): see its log, and check the network in between.`
    : `The server could not run one of our statements (${found}): see its log, and check the rights of our role.`;
  throw new RemediationError(lost ? 'connection-lost' : 'statement-failed', message, { cause });
}

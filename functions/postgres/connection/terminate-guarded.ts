import Client from 'pg/lib/client.js';
import { INSUFFICIENT_PRIVILEGE, QUERY_CANCELED, serverAnswer } from '../../core/base/sqlstate.ts';
import type { GuardResult } from '../../core/run/record.ts';
import type { Session } from '../../core/server/session.ts';
import type { Guard } from './dialect.ts';
import { hasEnded } from './has-ended.ts';
import type { OpenSession } from './open-session.ts';
import { statementName } from './statement-name.ts';

/** The result for one victim of a guarded statement; `at` starts with 1. */
type Row = { readonly at: number; readonly result: GuardResult };

/**
 * Sends victims through the guard. Never throws: errors become results, and one refusal does not affect other victims.
 */
export async function terminateGuarded(
  { client, dialect, brokenBy }: OpenSession,
  victims: readonly Session[],
): Promise<readonly GuardResult[]> {
  const ask = async (guards: readonly Guard[]) =>
    (await Promise.all(guards.map((guard) => askGuard(client, guard, brokenBy)))).flat();
  const together = new Map(await ask(dialect.guards(victims)));
  // If one was refused or took too long, others will. So each of the rest gets a statement of its own, all in one round trip.
  const untried = victims.filter((victim) => !together.has(victim));
  const alone = new Map(await ask(untried.flatMap((victim) => dialect.guards([victim]))));
  return victims.map((victim) => together.get(victim) ?? alone.get(victim) ?? 'unknown');
}

/** The results of the victims that a statement tried: all of them, unless it failed at one. */
async function askGuard(
  client: Client,
  guard: Guard,
  brokenBy: () => unknown,
): Promise<readonly (readonly [Session, GuardResult])[]> {
  const { rows, error } = await rowsOf(client, guard);
  const answers = new Map(rows.map(({ at, result }) => [at - 1, result]));
  const silent = error === null ? 'no-match' : await failureOf(error, brokenBy);
  // Victims are tried in order. The first without a row is the one at which the statement failed, and the rest were not
  // tried. If our session broke, the results of all without a row are unknown.
  const isOfOne = silent === 'forbidden' || silent === 'failed';
  const failedAt = answers.size + (isOfAll(error, guard) ? 0 : 1);
  const tried = isOfOne ? guard.victims.slice(0, failedAt) : guard.victims;
  return tried.map((victim, at) => [victim, answers.get(at) ?? silent]);
}

/** Whether the statement took too long for all its victims together, which says nothing of the one where it stopped. */
function isOfAll(error: unknown, { victims }: Guard): boolean {
  return victims.length > 1 && serverAnswer(error)?.sqlstate === QUERY_CANCELED;
}

async function failureOf(error: unknown, brokenBy: () => unknown): Promise<GuardResult> {
  const answer = serverAnswer(error);
  if (answer === null || (await hasEnded(answer, brokenBy))) return 'unknown';
  return answer.sqlstate === INSUFFICIENT_PRIVILEGE ? 'forbidden' : 'failed';
}

/** Collects rows as they come, because an error would replace the result and lose the rows before it. */
function rowsOf(client: Client, { text, values }: Guard): Promise<{ rows: readonly Row[]; error: unknown }> {
  return new Promise((resolve) => {
    const rows: Row[] = [];
    const callback = (error: unknown) => resolve({ rows, error });
    const config = { name: statementName(text), text, values: [...values], callback };
    const query = new Client.Query<Row>(config);
    query.on('row', (row) => rows.push(row));
    client.query(query);
  });
}

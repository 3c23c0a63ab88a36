import Client from 'pg/lib/client.js';
import { INSUFFICIENT_PRIVILEGE, serverAnswer } from '../../core/base/sqlstate.ts';
import type { GuardResult } from '../../core/run/verification.ts';
import type { Session } from '../../core/server/session.ts';
import type { Guard } from './dialect.ts';
import { hasEnded } from './has-ended.ts';
import type { OpenSession } from './open-session.ts';
import { statementName } from './statement-name.ts';

/** What a guarded statement says of one of its victims, the first being 1. */
type Row = { readonly at: number; readonly result: GuardResult };

/** Sends victims through the guard. Never throws: each attempt is data, and one refusal spoils nothing. */
export async function terminateGuarded(
  { client, dialect, brokenBy }: OpenSession,
  victims: readonly Session[],
): Promise<readonly GuardResult[]> {
  const ask = async (guards: readonly Guard[]) =>
    (await Promise.all(guards.map((guard) => askGuard(client, guard, brokenBy)))).flat();
  const together = new Map(await ask(dialect.guards(victims)));
  // Where one was refused, others will be: a statement for each takes one round trip for all.
  const untried = victims.filter((victim) => !together.has(victim));
  const alone = new Map(await ask(untried.flatMap((victim) => dialect.guards([victim]))));
  return victims.map((victim) => together.get(victim) ?? alone.get(victim) ?? 'unknown');
}

/** The results of those that a statement has tried: all of them, unless it failed at one. */
async function askGuard(
  client: Client,
  guard: Guard,
  brokenBy: () => unknown,
): Promise<readonly (readonly [Session, GuardResult])[]> {
  const { rows, error } = await rowsOf(client, guard);
  const answers = new Map(rows.map(({ at, result }) => [at - 1, result]));
  const silent = error === null ? 'no-match' : await failureOf(error, brokenBy);
  // They are tried in order: who has no row is the one at which it failed, and what follows was not tried. When it is our
  // session that broke off, nobody knows.
  const isOfOne = silent === 'forbidden' || silent === 'failed';
  const tried = isOfOne ? guard.victims.slice(0, answers.size + 1) : guard.victims;
  return tried.map((victim, at) => [victim, answers.get(at) ?? silent]);
}

async function failureOf(error: unknown, brokenBy: () => unknown): Promise<GuardResult> {
  const answer = serverAnswer(error);
  if (answer === null || (await hasEnded(answer, brokenBy))) return 'unknown';
  return answer.sqlstate === INSUFFICIENT_PRIVILEGE ? 'forbidden' : 'failed';
}

/** An error takes the place of a statement's result: the rows that came before it are taken one by one. */
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

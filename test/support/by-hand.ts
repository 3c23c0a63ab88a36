import type { Client } from 'pg';
import type { Advice } from '../../functions/core/advice/advice.ts';
import { adviceFactsOf } from '../../functions/core/advice/advice-facts.ts';
import { freeNow } from '../../functions/core/advice/free-now.ts';
import type { Cause, Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import { rankGroups } from '../../functions/core/server/rank-groups.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import { statementsOf } from '../core/advice/statements.ts';
import { aPolicy, HOUR } from './builders.ts';
import type { Role, TestServer } from './postgres-server.ts';
import { runOf } from './records.ts';
import { openDatabase, type Place } from './targets.ts';

/** The advice for this moment of a real server, with every program as culprit of the cause. Idle sessions count as idle for an hour. */
export async function advisedNow(
  place: TestServer | Place,
  headroom: Role,
  cause: Cause,
): Promise<readonly Advice[]> {
  const database = await openDatabase(place, headroom);
  const read = await database.readSnapshot();
  await database.close();
  const sessions = read.sessions.map((each) =>
    each.state === 'idle' ? { ...each, stateAgeMs: HOUR } : each,
  );
  const snapshot: Snapshot = { ...read, sessions };
  const policy = aPolicy({
    mode: 'observe',
    relieve: { when: { usedPercent: 2 }, until: { usedPercent: 1 } },
  });
  const culprits = rankGroups(snapshot).groups.map((usage) => {
    const roles = new Set(usage.roles.map(({ name }) => name));
    const members = sessions.filter(({ user }) => roles.has(user ?? ''));
    return { usage, cause, confidence: 'high', evidence: [], opening: null, members } as const;
  });
  const diagnosis: Diagnosis = { cause, confidence: 'high', evidence: [], culprits };
  return freeNow(adviceFactsOf(runOf({ snapshot, policy }), snapshot, diagnosis));
}

/** Runs the look of an advice, then its second step, as a person pastes them. */
export async function pasted(
  advice: readonly Advice[],
  ask: (text: string) => Promise<readonly object[]>,
): Promise<{ readonly shown: readonly object[]; readonly done: readonly object[] }> {
  const [look, act] = advice.map(({ paste }) => statementsOf(paste?.lines ?? []));
  const answers = async (statements: readonly string[] = []) => {
    const rows = [];
    for (const each of statements) rows.push(...(await ask(each)));
    return rows;
  };
  const shown = await answers(look);
  const done = (await answers(act)).filter((row) => !('pg_stat_clear_snapshot' in row));
  return { shown, done };
}

/** A COPY whose client sends nothing. The driver itself would end it at once. */
export function copyNothing(client: Client, table: string): void {
  const nothing = () => {};
  client.query({
    submit: (connection: { query: (text: string) => void }) => connection.query(`COPY ${table} FROM STDIN`),
    handleCopyInResponse: nothing,
    handleError: nothing,
    handleReadyForQuery: nothing,
    handleCommandComplete: nothing,
    handleRowDescription: nothing,
    handleDataRow: nothing,
    handleEmptyQuery: nothing,
    handlePortalSuspended: nothing,
    handleCopyData: nothing,
  } as never);
}

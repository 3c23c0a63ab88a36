import type { Client } from 'pg';
import type { Advice } from '../../functions/core/advice/advice.ts';
import { adviceFactsOf } from '../../functions/core/advice/advice-facts.ts';
import { adviseOn } from '../../functions/core/advice/advise.ts';
import { freeNow } from '../../functions/core/advice/free-now.ts';
import type { Cause, Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import { rankGroups } from '../../functions/core/server/rank-groups.ts';
import type { Session } from '../../functions/core/server/session.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
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
  const sessions = read.sessions.map(idleForAnHour);
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

export type ObservedAs = {
  readonly trigger: Trigger;
  /** From which share of the slots on this server counts as full. */
  readonly usedPercent?: number;
  /** Down to which share slots are missing. */
  readonly untilPercent?: number;
  /** A test has less time than an incident: what is older there. Default: idle sessions are idle for an hour. */
  readonly older?: (session: Session) => Session;
};

/** What a run that only observes finds and advises on a real server at this moment. */
export async function observedOn(
  server: TestServer,
  headroom: Role,
  { trigger, usedPercent = 60, untilPercent = usedPercent - 20, older = idleForAnHour }: ObservedAs,
): Promise<{ readonly diagnosis: Diagnosis | null; readonly advice: readonly Advice[] }> {
  const database = await openDatabase(server, headroom);
  const read = await database.readSnapshot();
  await database.close();
  const relieve = { when: { usedPercent }, until: { usedPercent: untilPercent } };
  const policy = aPolicy({ mode: 'observe', relieve });
  const snapshot = { ...read, sessions: read.sessions.map(older) };
  const record = runOf({ snapshot, policy, trigger });
  const diagnosis = diagnose(record);
  return { diagnosis, advice: diagnosis === null ? [] : adviseOn(record, diagnosis) };
}

function idleForAnHour(session: Session): Session {
  return session.state === 'idle' ? { ...session, stateAgeMs: HOUR } : session;
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

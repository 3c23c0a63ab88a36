import { serverTimeMs } from '../../functions/core/base/server-time.ts';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { programsIn } from '../../functions/core/server/programs-in.ts';
import { identityOf, type Session } from '../../functions/core/server/session.ts';
import { slotHolders } from '../../functions/core/server/slots.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';

const PIDS_APART = 100_000;
const COPIES = [1, 2];

/**
 * Every client three times, from hosts of their own, on a server with three times the slots, limits and
 * refusals. Copies come a third of a pause later: three times a leak opens three times as often.
 */
export function threeTimes(record: RunRecord): RunRecord {
  const isLeak = diagnose(record)?.cause === 'connection-leak';
  const { snapshot, trigger, policy } = record;
  if (snapshot === null) return record;
  const larger: Snapshot = {
    ...snapshot,
    slots: slotsOf(snapshot.slots),
    sessions: [...snapshot.sessions, ...COPIES.flatMap((copy) => copiesOf(snapshot, copy, isLeak))],
    ...(snapshot.locks && {
      locks: [0, ...COPIES].flatMap((copy) => (snapshot.locks ?? []).map((lock) => lockOf(lock, copy))),
    }),
  };
  return {
    ...record,
    snapshot: larger,
    plan: record.plan && planRemediation(larger, policy, trigger.kind),
    trigger:
      trigger.kind === 'log-lines'
        ? { ...trigger, refused: trigger.refused.map((line) => ({ ...line, count: 3 * line.count })) }
        : trigger,
  };
}

function slotsOf(slots: Snapshot['slots']): Snapshot['slots'] {
  const reserved = slots.superuserReserved + (slots.reserved ?? 0);
  const limits = (all: Snapshot['slots']['roles']) => all.map((each) => ({ ...each, limit: 3 * each.limit }));
  return {
    ...slots,
    max: reserved + 3 * (slots.max - reserved),
    walSenders: 3 * slots.walSenders,
    roles: limits(slots.roles),
    databases: limits(slots.databases),
  };
}

function copiesOf(snapshot: Snapshot, copy: number, isLeak: boolean): readonly Session[] {
  const pauses = pausesIn(snapshot, isLeak);
  const senders = snapshot.sessions.filter(({ backendType }) => backendType === 'walsender');
  return [...slotHolders(snapshot), ...senders].map((session) => {
    const laterMs = (copy / 3) * (pauses.get(identityOf(session)) ?? 0);
    return {
      ...startedLater(session, Math.min(laterMs, session.stateAgeMs ?? 0)),
      pid: session.pid === null ? null : session.pid + copy * PIDS_APART,
      address: session.address.replace(/^\d+/, String(20 + copy)),
      blockedBy: session.blockedBy.map((pid) => (pid === 0 ? 0 : pid + copy * PIDS_APART)),
    };
  });
}

/**
 * The pause after each session until its program opened the next one, by session. Pools open their sessions
 * in bursts, so that for them the median pause of the program counts.
 */
function pausesIn(snapshot: Snapshot, isLeak: boolean): ReadonlyMap<string, number> {
  const of = programsIn(snapshot).of;
  const startOf = ({ backendStart }: Session) => serverTimeMs(backendStart) ?? 0;
  return new Map(
    [...Map.groupBy(slotHolders(snapshot), (session) => of(session)).values()].flatMap((sessions) => {
      const order = sessions.toSorted((a, b) => startOf(a) - startOf(b));
      const starts = order.map(startOf);
      const pauses = starts.map((start, at) => (starts[at + 1] ?? start) - start).toSorted((a, b) => a - b);
      const median = pauses[Math.floor(pauses.length / 2)] ?? 0;
      return order.map((session) => {
        const pause = isLeak ? pauseAfter(starts, startOf(session)) : median;
        return [identityOf(session), pause] as const;
      });
    }),
  );
}

/** The sessions of one pool are opened together, so that they are copied together. */
const TOGETHER_MS = 2_000;

/** From this moment, or the end of the pool that was opened then, to the next opening. */
function pauseAfter(starts: readonly number[], at: number): number {
  const later = starts.filter((start) => start >= at);
  const last = later.findIndex((start, next) => (later[next + 1] ?? Infinity) - start > TOGETHER_MS);
  const end = later[last] ?? at;
  return (later[last + 1] ?? end) - end;
}

function startedLater(session: Session, ms: number): Session {
  return {
    ...session,
    backendStart: later(session.backendStart, ms),
    stateChange: later(session.stateChange, ms),
    stateAgeMs: session.stateAgeMs === null ? null : session.stateAgeMs - ms,
  };
}

function later(text: string | null, ms: number): string | null {
  const start = serverTimeMs(text);
  return start === null ? text : new Date(start + ms).toISOString().replace('T', ' ').replace('Z', '+00');
}

type Lock = NonNullable<Snapshot['locks']>[number];

function lockOf(lock: Lock, copy: number): Lock {
  const moved = <Share extends { readonly pid: number }>(share: Share): Share =>
    share.pid === 0 ? share : { ...share, pid: share.pid + copy * PIDS_APART };
  return { ...lock, holders: lock.holders.map(moved), waiters: lock.waiters.map(moved) };
}

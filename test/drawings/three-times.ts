import { serverTimeMs } from '../../functions/core/base/server-time.ts';
import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Session } from '../../functions/core/server/session.ts';
import { slotHolders } from '../../functions/core/server/slots.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import { openedMoreOften } from './opened-more-often.ts';
import { Random } from './random.ts';

const PIDS_APART = 100_000;
const COPIES = [1, 2];

/**
 * The same incident, three times as large: every client three times, from hosts of their own, which opens its sessions in
 * the same rhythm, on a server with three times the slots, limits and refusals.
 */
export function threeTimes(record: RunRecord): RunRecord {
  const { snapshot, trigger, policy } = record;
  if (snapshot === null) return record;
  const larger: Snapshot = {
    ...snapshot,
    slots: slotsOf(snapshot.slots),
    sessions: sessionsOf(record, snapshot),
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

function sessionsOf(record: RunRecord, snapshot: Snapshot): readonly Session[] {
  const copying = openedMoreOften(record, snapshot, new Random(snapshot.sessions.length));
  const holders = new Set([
    ...slotHolders(snapshot),
    ...snapshot.sessions.filter(({ backendType }) => backendType === 'walsender'),
  ]);
  const copyOf = (session: Session, copy: number): Session => {
    const { laterMs, host } = copying(session, copy);
    return {
      ...startedLater(session, laterMs),
      pid: session.pid === null ? null : session.pid + copy * PIDS_APART,
      address: host === 0 ? session.address : session.address.replace(/^\d+/, String(20 + host)),
      blockedBy: session.blockedBy.map((pid) => (pid === 0 ? 0 : pid + copy * PIDS_APART)),
    };
  };
  return [0, ...COPIES].flatMap((copy) =>
    snapshot.sessions.flatMap((session) =>
      holders.has(session) ? [copyOf(session, copy)] : copy === 0 ? [session] : [],
    ),
  );
}

/** What is used again and again is used as before, whenever it was opened. Other uses come with the opening. */
function startedLater(session: Session, ms: number): Session {
  const { state, backendStart, stateChange, stateAgeMs } = session;
  const restMs = stateAgeMs ?? 0;
  const usedMs = (serverTimeMs(stateChange) ?? 0) - (serverTimeMs(backendStart) ?? 0);
  const ageMs = usedMs + restMs;
  if (usedMs > Math.max(FIRST_USE.ms, ageMs * FIRST_USE.ofAge))
    return { ...session, backendStart: later(backendStart, Math.min(ms, usedMs)) };
  // What works has done so for the same share of its time.
  const isIdle = state === 'idle';
  const openedMs = Math.min(ms, isIdle ? restMs : ageMs);
  const sinceMs = isIdle ? openedMs : (openedMs * restMs) / Math.max(1, ageMs);
  return {
    ...session,
    backendStart: later(backendStart, openedMs),
    stateChange: later(stateChange, sinceMs),
    stateAgeMs: stateAgeMs === null ? null : Math.round(restMs - sinceMs),
  };
}

const FIRST_USE = { ms: 2_000, ofAge: 0.05 } as const;

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

import { TOO_MANY_CONNECTIONS } from '../base/sqlstate.ts';
import type { OwnTries } from './pause.ts';
import type { RunRecord } from './record.ts';

/** An alarm looks back over a few minutes. In that time at most five runs begin, by schedule and by alarm. */
export const MOST_RUNS_WITH_TRIES = 6;

/**
 * The failed tries of a run for which the server may have logged too many clients. A try without an answer
 * may have been refused as well. A try with another SQLSTATE has another line in the log.
 */
export function ownTriesOf({
  connecting,
  startedAt,
  timings,
  snapshot = null,
}: Pick<RunRecord, 'connecting' | 'startedAt' | 'timings'> &
  Partial<Pick<RunRecord, 'snapshot'>>): OwnTries | null {
  const others = connecting.refusals.filter(
    ({ sqlstate }) => sqlstate !== '' && sqlstate !== TOO_MANY_CONNECTIONS,
  );
  const gotIn = timings.connected === null ? 0 : 1;
  const tries = others.reduce((left, { count }) => left - count, connecting.attempts - gotIn);
  if (tries <= 0) return null;
  const lastedMs = timings.connected ?? timings.finished;
  const to = new Date(Date.parse(startedAt) + lastedMs).toISOString();
  return { from: startedAt, to, tries, address: seenAddress(snapshot) ?? connecting.address ?? null };
}

/** Our address as the server sees it. It differs from our own when the network translates addresses. */
function seenAddress(snapshot: RunRecord['snapshot']): string | null {
  const own = snapshot?.sessions.find(({ pid }) => pid !== null && pid === snapshot.server.ownPid);
  return own === undefined || own.address === '' ? null : own.address;
}

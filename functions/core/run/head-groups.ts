import { programNames } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import { type Group, identityOf, type Session } from '../server/session.ts';
import type { RunRecord } from './record.ts';

type GroupCounts = readonly { readonly group: Group; readonly count: number }[];

/** A head has the largest groups only. The others are left to the record. */
export const MOST_GROUPS = 3;

/**
 * The groups of the sessions that were told to end, the largest first. When none was told to end, the groups
 * of the chosen sessions.
 */
export function headGroups(record: RunRecord): GroupCounts {
  const { snapshot, plan, attempts } = record;
  const told = new Set(attempts.map(identityOf));
  const sessions =
    told.size === 0
      ? (plan?.victims ?? []).map(({ session }) => session)
      : (snapshot?.sessions ?? []).filter((session) => told.has(identityOf(session)));
  return countByProgram(sessions, record);
}

export function countByProgram(sessions: readonly Session[], { snapshot }: RunRecord): GroupCounts {
  const nameOf = programNames(snapshot);
  return [...Map.groupBy(sessions, (session) => groupText(nameOf(session))).values()]
    .flatMap((those) => (those[0] ? [{ group: nameOf(those[0]), count: those.length }] : []))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_GROUPS);
}

import type { Plan } from '../../core/plan/plan.ts';
import { sparedByName } from '../../core/plan/spared-by-name.ts';
import { programNames } from '../../core/server/programs-in.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';
import { counted, groupName, listText } from '../base/phrases.ts';

/** `12 sessions of datadog-agent are spared by their name alone (protect.builtinApplications).` */
export function sparedByNameTexts(plan: Pick<Plan, 'spared'>, snapshot: Snapshot | null): readonly string[] {
  return sparedByName(plan, snapshot).map(
    ({ group, sessions, key }) =>
      `${counted(sessions, 'session')} of ${groupName(group)} are spared by their name alone (${key}).`,
  );
}

/** The keeps beyond a role's share that were released. Empty when none was. */
export function releasedTexts(
  { victims }: Pick<Plan, 'victims'>,
  snapshot: Snapshot | null,
): readonly string[] {
  const released = victims.filter(({ reason }) => reason.released === true).map(({ session }) => session);
  if (released.length === 0) return [];
  const nameOf = programNames(snapshot);
  const names = [...new Set(released.map((session) => groupName(nameOf(session))))];
  const roles = [...new Set(released.map(({ user }) => user ?? ''))].length;
  return [
    `${counted(released.length, 'session')} of ${listText(names)} would be kept by limits.keepPerGroup, but slots are missing: then all programs of ${roles === 1 ? 'the role' : 'a role'} together keep at most a tenth of its sessions, or a few.`,
  ];
}

import type { Diagnosis } from '../../core/diagnosis/cause.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import type { Group, Session } from '../../core/server/session.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';

/** Which programs are to blame. Only these are marked, and shown first. */
export type Blame = {
  readonly isBlamed: (session: Session) => boolean;
  readonly isBlamedGroup: (group: Group) => boolean;
  /** For clients that were refused, of which only the role is known. */
  readonly isBlamedRole: (role: string) => boolean;
};

export function blameIn(diagnosis: Diagnosis | null, snapshot: Snapshot | null): Blame {
  const culprits = blamedCulprits(diagnosis);
  const groups = new Set(culprits.flatMap(({ usage, alike = [] }) => [usage.group, ...alike].map(groupText)));
  const nameOf = programNames(snapshot);
  const names = new Set(snapshot?.sessions.map((session) => groupText(nameOf(session))));
  // Many roles that are named as one are no single program.
  const families = culprits.filter(({ usage }) => !names.has(groupText(usage.group)));
  const roles = new Set(families.flatMap(({ usage }) => usage.roles.map(({ name }) => name)));
  return {
    isBlamed: (session) => groups.has(groupText(nameOf(session))) || roles.has(session.user ?? ''),
    isBlamedGroup: (group) => groups.has(groupText(group)) || roles.has(group.user),
    isBlamedRole: (role) => culprits.some(({ usage }) => usage.roles.some(({ name }) => name === role)),
  };
}

/** Sessions that wait for a lock are not to blame, but the session at the head of their queue is. */
function blamedCulprits(diagnosis: Diagnosis | null): Diagnosis['culprits'] {
  if (diagnosis === null) return [];
  const { cause, culprits } = diagnosis;
  return cause === 'lock-pile-up' ? culprits.slice(0, 1) : culprits;
}

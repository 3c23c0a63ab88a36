import { addressMatcher } from '../base/address.ts';
import { serverTimeMs } from '../base/server-time.ts';
import { type Harm, type Policy, type ReapRule, type Rung, reapRules } from '../policy/policy.ts';
import { SELECTION_KEYS, type Selection } from '../policy/selection.ts';
import type { IdleState, Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { TriggerKind } from '../trigger/trigger.ts';
import { harmsIn } from './harms.ts';
import { nameExclusion } from './name-protection.ts';

/** A line of the policy that ends sessions, ready to be compared with those of one snapshot. */
export type ActiveRung = {
  readonly state: IdleState;
  readonly minAgeMs: number;
  /** Whether it asks for the age of the connection as well, which not every snapshot has. */
  readonly connectionAgeMs: number | null;
  readonly connectedForMs: (session: Session) => number | null;
  /** The kind of name because of which the line is not about the session, or null. */
  readonly excludes: (session: Session) => string | null;
  /** Whether the session does to others what the line asks for. */
  readonly isHarmful: (session: Session) => boolean;
};

/** All lines in force: the ladder, and after it on the schedule the rules of `reap`. */
export type ActiveRungs = { readonly ladder: readonly ActiveRung[]; readonly reap: readonly ActiveRung[] };

export function activeRungs(snapshot: Snapshot, policy: Policy, trigger: TriggerKind): ActiveRungs {
  const activate = (line: Rung | ReapRule): ActiveRung => ({
    state: line.state ?? 'idle',
    minAgeMs: line.minAgeMs,
    connectionAgeMs: line.connectionAgeMs ?? null,
    connectedForMs: connectionAges(snapshot),
    excludes: exclusionOf(line),
    isHarmful: 'onlyIf' in line && line.onlyIf ? harmCheck(snapshot, line.onlyIf) : () => true,
  });
  return {
    ladder: policy.relieve.ladder.map(activate),
    reap: trigger === 'schedule' ? reapRules(policy).map(activate) : [],
  };
}

function harmCheck(snapshot: Snapshot, harms: readonly Harm[]): (session: Session) => boolean {
  const doesHarm = harmsIn(snapshot);
  return (session) => harms.some((harm) => doesHarm[harm](session));
}

/** How long each session has been connected, by the server's clock. Null where either time is unknown. */
function connectionAges({ takenAt }: Snapshot): (session: Session) => number | null {
  const now = serverTimeMs(takenAt);
  return ({ backendStart }) => {
    const start = serverTimeMs(backendStart);
    return now === null || start === null ? null : now - start;
  };
}

/** One function that tells why a line is not about a session, or null. A name has to match for certain. */
export function exclusionOf(selection: Selection): (session: Session) => string | null {
  if (SELECTION_KEYS.every((key) => selection[key] === undefined)) return () => null;
  const { users = ['*'], databases = ['*'], applications = ['*'], addresses = ['*'] } = selection;
  const excludesName = nameExclusion({ users, databases, applications });
  const matchesAddress = addressMatcher(addresses);
  return (session) => excludesName(session) ?? (matchesAddress(session.address) ? null : 'address');
}

import type { Plan, Spared, SparedReason, Victim, VictimReason } from '../../plan/plan.ts';
import { groupOf, type Session } from '../../server/session.ts';
import { type Columned, fromColumns, toColumns } from './columns.ts';
import { fromSteps, type Steps, toSteps } from './packed-columns.ts';

/** A plan in its packed form. It names sessions by their place in the snapshot instead of repeating them. */
export type PackedPlan = Omit<Plan, 'victims' | 'spared'> & {
  readonly victims: VictimColumns | (Omit<VictimColumns, 'ageMs' | 'at'> & NewerVictims);
  readonly spared: {
    readonly at: readonly number[] | Steps;
    readonly reason: readonly SparedReason[];
    readonly detail: readonly string[];
  };
};
/** The group is the session's own. Scopes are named by their place in the plan's pressure. */
type PackedVictim = Omit<VictimReason, 'group' | 'serves'> & {
  readonly at: number;
  readonly serves: readonly number[];
};
/** Older records, from before there were programs, lack `released`: no session was released then. */
type VictimColumns = Omit<Columned<PackedVictim>, 'released'> &
  Partial<Pick<Columned<PackedVictim>, 'released'>>;
/** How much older the victim is than its session's state. Mostly 0. */
type NewerVictims = { readonly at: Steps; readonly beyondMs: readonly number[] };

const VICTIM_KEYS = [
  'purpose',
  'rung',
  'minAgeMs',
  'serves',
  'released',
] as const satisfies readonly (keyof PackedVictim)[];
/** -1 for a session that the snapshot lacks. */
export type PlaceOf = (session: Pick<Session, 'pid' | 'backendStart'>) => number;

export function packPlan(plan: Plan, placeOf: PlaceOf): PackedPlan {
  const scopes = new Map(plan.pressure.map(({ scope }, at) => [scope, at]));
  const victims = plan.victims.map(({ reason: { group, serves, ...reason } }) => ({
    ...reason,
    serves: serves.map((scope) => scopes.get(scope) ?? -1),
  }));
  return {
    ...plan,
    victims: {
      ...toColumns(VICTIM_KEYS, victims),
      at: toSteps(plan.victims.map(({ session }) => placeOf(session))),
      beyondMs: plan.victims.map(({ session, reason }) => reason.ageMs - (session.stateAgeMs ?? 0)),
    },
    spared: {
      at: toSteps(plan.spared.map(({ session }) => placeOf(session))),
      reason: plan.spared.map(({ reason }) => reason),
      detail: plan.spared.map(({ detail }) => detail),
    },
  };
}

export function unpackPlan(packed: PackedPlan, sessions: readonly Session[]): Plan {
  const scopes = packed.pressure.map(({ scope }) => scope);
  const victims = unpackVictims(packed.victims, sessions).flatMap(
    ({ at, serves, released, ...reason }): readonly Victim[] => {
      const session = sessions[at];
      if (session === undefined) return [];
      const served = serves.flatMap((place) => scopes[place] ?? []);
      const known = { ...reason, group: groupOf(session), serves: served };
      return [{ session, reason: released ? { ...known, released } : known }];
    },
  );
  const spared = fromSteps(packed.spared.at).flatMap((at, index): readonly Spared[] => {
    const session = sessions[at];
    const [reason, detail] = [packed.spared.reason[index], packed.spared.detail[index]];
    return session && reason !== undefined && detail !== undefined ? [{ session, reason, detail }] : [];
  });
  return { ...packed, victims, spared };
}

function unpackVictims(packed: PackedPlan['victims'], sessions: readonly Session[]): readonly PackedVictim[] {
  if (!('beyondMs' in packed)) return fromColumns<PackedVictim>(['at', 'ageMs', ...VICTIM_KEYS], packed);
  const { beyondMs, ...columns } = packed;
  const at = fromSteps(columns.at);
  const ageMs = at.map((place, index) => (sessions[place]?.stateAgeMs ?? 0) + (beyondMs[index] ?? 0));
  return fromColumns<PackedVictim>(['at', 'ageMs', ...VICTIM_KEYS], { ...columns, at, ageMs });
}

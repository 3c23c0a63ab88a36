import type { Include, Policy, Protect } from '../policy/policy.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { TriggerKind } from '../trigger/trigger.ts';
import type { Plan } from './plan.ts';
import { planRemediation } from './plan-remediation.ts';

/** A key of the policy because of which slots stay missing, and what would happen without it. */
export type HeldBack = {
  /** Several keys where changing one of them alone would not help. */
  readonly keys: readonly string[];
  /** How many more sessions would end, and how many slots would still be missing. */
  readonly more: number;
  readonly missing: number;
};

type Loosened = { readonly key: string; readonly loosen: (policy: Policy) => Policy };

const limit = (key: 'keepPerGroup' | 'maxVictims' | 'maxPercent', to: number): Loosened => ({
  key: `limits.${key}`,
  loosen: (policy) => ({ ...policy, limits: { ...policy.limits, [key]: to } }),
});
const protection = <Key extends keyof Protect>(key: Key, to: Protect[Key]): Loosened => ({
  key: `protect.${key}`,
  loosen: (policy) => ({ ...policy, protect: { ...policy.protect, [key]: to } }),
});
const inclusion = (key: keyof Include): Loosened => ({
  key: `include.${key}`,
  loosen: (policy) => ({ ...policy, include: { ...policy.include, [key]: ['*'] } }),
});

/** All keys that can leave slots missing, each with the policy in which it has no effect. */
const KEYS: readonly Loosened[] = [
  limit('keepPerGroup', 0),
  limit('maxVictims', Number.MAX_SAFE_INTEGER),
  limit('maxPercent', 100),
  protection('users', []),
  protection('databases', []),
  protection('applications', []),
  protection('addresses', []),
  protection('poolers', []),
  protection('builtinApplications', false),
  protection('listeners', false),
  protection('advisoryLocks', false),
  protection('temporaryTables', false),
  protection('youngerThan', []),
  protection('between', []),
  { key: 'relieve.ladder', loosen: withoutConditions },
  inclusion('users'),
  inclusion('databases'),
  inclusion('applications'),
  inclusion('addresses'),
];

/** Rungs that take every session of their state and age. */
function withoutConditions(policy: Policy): Policy {
  const ladder = policy.relieve.ladder.map(({ state, minAgeMs }) => ({ state, minAgeMs }));
  return { ...policy, relieve: { ...policy.relieve, ladder } };
}

/** Planning again costs time, so it is not tried without a key that has no effect in this policy. */
function isInForce({ key, loosen }: Loosened, policy: Policy): boolean {
  const { protect } = policy;
  if (key === 'protect.youngerThan') return protect.youngerThan !== undefined;
  if (key === 'protect.between') return protect.between !== undefined;
  return JSON.stringify(loosen(policy)) !== JSON.stringify(policy);
}

/**
 * The keys of the policy because of which slots stay missing, the one with the most slots first. They are
 * found by planning again without each key.
 */
export function heldBack(
  plan: Plan,
  snapshot: Snapshot,
  policy: Policy,
  trigger: TriggerKind,
): readonly HeldBack[] {
  if (plan.missing === 0 || plan.problem !== null) return [];
  const without = (keys: readonly Loosened[]): HeldBack => {
    const loose = keys.reduce((changed, { loosen }) => loosen(changed), policy);
    const { victims, missing } = planRemediation(snapshot, loose, trigger);
    return { keys: keys.map(({ key }) => key), more: victims.length - plan.victims.length, missing };
  };
  // A record that was too large, or that another version wrote, may lack what the plan was made from.
  if (without([]).missing !== plan.missing) return [];
  const inForce = KEYS.filter((key) => isInForce(key, policy));
  const helps = ({ missing }: HeldBack) => missing < plan.missing;
  const alone = inForce.map((key) => without([key])).filter(helps);
  if (alone.length > 0) return alone.toSorted((a, b) => a.missing - b.missing);
  const all = without(inForce);
  if (!helps(all)) return [];
  // A key that makes no difference is put back. The remaining keys hold slots back only together.
  const needed = inForce.reduce((kept: readonly Loosened[], key) => {
    const fewer = kept.filter((each) => each !== key);
    return without(fewer).missing <= all.missing ? fewer : kept;
  }, inForce);
  return [without(needed)];
}

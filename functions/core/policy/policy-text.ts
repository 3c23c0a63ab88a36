import {
  type Policy,
  type PolicyText,
  type Protect,
  type ProtectText,
  type ReapRule,
  type ReapText,
  type Rung,
  reapRules,
  type Threshold,
  type ThresholdText,
} from './policy.ts';
import { writtenAge } from './policy-age.ts';
import { writtenLists } from './selection.ts';

/**
 * A policy as people write it, so that it can be read, compared and parsed again. Lines that it does not have are
 * left out: a policy from before they existed has the same text, and the same hash.
 */
export function policyTextOf(policy: Policy): PolicyText {
  const { mode, relieve, reap, limits, include, protect } = policy;
  const rules = reapRules(policy).map(reapText);
  return {
    mode,
    relieve: {
      when: thresholdText(relieve.when),
      until: thresholdText(relieve.until),
      ladder: relieve.ladder.map(rungText),
    },
    reap: Array.isArray(reap) ? rules : (rules[0] ?? null),
    limits,
    include,
    protect: protectText(protect),
  };
}

function thresholdText({ unit, value }: Threshold): ThresholdText {
  return unit === 'usedPercent' ? { usedPercent: value } : { freeSlots: value };
}

function rungText(rung: Rung): PolicyText['relieve']['ladder'][number] {
  return { state: rung.state, ...agesText(rung), ...writtenLists(rung) };
}

function reapText({ state, onlyIf, ...rule }: ReapRule): ReapText {
  return { ...agesText(rule), ...(state && { state }), ...(onlyIf && { onlyIf }), ...writtenLists(rule) };
}

function agesText({ minAgeMs, connectionAgeMs }: Pick<Rung, 'minAgeMs' | 'connectionAgeMs'>) {
  return {
    minAge: writtenAge(minAgeMs),
    ...(connectionAgeMs !== undefined && { connectionAge: writtenAge(connectionAgeMs) }),
  };
}

function protectText({ youngerThan, between, ...protect }: Protect): ProtectText {
  const young = youngerThan?.map((line) => ({ age: writtenAge(line.ageMs), ...writtenLists(line) }));
  return { ...protect, ...(young && { youngerThan: young }), ...(between && { between }) };
}

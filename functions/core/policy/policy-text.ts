import type { Policy, PolicyText, Threshold, ThresholdText } from './policy.ts';

/** A policy as people write it, so that it can be read, compared and parsed again. */
export function policyTextOf({ mode, relieve, reap, limits, include, protect }: Policy): PolicyText {
  return {
    mode,
    relieve: {
      when: thresholdText(relieve.when),
      until: thresholdText(relieve.until),
      ladder: relieve.ladder.map(({ state, minAgeMs }) => ({ state, minAge: ageOf(minAgeMs) })),
    },
    reap: reap === null ? null : { minAge: ageOf(reap.minAgeMs) },
    limits,
    include,
    protect,
  };
}

function thresholdText({ unit, value }: Threshold): ThresholdText {
  return unit === 'usedPercent' ? { usedPercent: value } : { freeSlots: value };
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** The age in the largest unit of which it is a whole number: 90 minutes are `90m`. */
function ageOf(ms: number): string {
  const whole = UNITS.find(([, size]) => ms % size === 0);
  return whole ? `${ms / whole[1]}${whole[0]}` : `${ms / 1_000}s`;
}

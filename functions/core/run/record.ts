import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { Policy } from '../policy/policy.ts';
import type { Trigger } from '../trigger/trigger.ts';
import type { REDUCTION_NAMES, runRecordSchema } from './codec/record-schema.ts';

type ReadRecord = ReadOnly<z.output<typeof runRecordSchema>>;

/** Everything about one run, as `remediate` sends it to `report`. Its schema explains the fields. */
export type RunRecord = Omit<ReadRecord, 'policy' | 'trigger'> & {
  /** It was checked when the run began. */
  readonly policy: Policy;
  readonly trigger: Trigger;
};

/** Which code ran, and the SHA-256 of its policy, so that a change of either shows. */
export type RunIdentity = Pick<RunRecord, 'code' | 'policyHash'>;
export type Connecting = RunRecord['connecting'];
export type Timings = RunRecord['timings'];
export type Attempt = RunRecord['attempts'][number];
/** The answer of the guarded statement for one victim. */
export type GuardResult = Attempt['guard'];
/** The result of one attempt, according to the verification read. */
export type AttemptResult = Attempt['result'];
/** A later read of the sessions, as the difference to the first snapshot. */
export type Reading = RunRecord['readings'][number];
export type Reduction = (typeof REDUCTION_NAMES)[number];

/** The tries of both counts together. */
export function addConnecting(first: Connecting, later: Connecting): Connecting {
  const alike = Map.groupBy(
    [...first.refusals, ...later.refusals],
    ({ sqlstate, routine }) => `${sqlstate} ${routine}`,
  );
  const refusals = [...alike.values()].flatMap((those) => {
    const count = those.reduce((sum, each) => sum + each.count, 0);
    return those[0] ? [{ ...those[0], count }] : [];
  });
  const attempts = first.attempts + later.attempts;
  const address = first.address ?? later.address;
  return address === undefined ? { attempts, refusals } : { attempts, address, refusals };
}

import * as z from 'zod/mini';
import {
  count,
  enumOf,
  fields,
  known,
  list,
  milliseconds,
  millisecondsOrNull,
  pid,
  problemSchema,
  text,
  textOrNull,
} from '../../base/kept-fields.ts';
import { describe } from '../../base/schema-fields.ts';
import { findingShape } from '../../doctor/finding-schema.ts';
import type { MisconfigurationCheck } from '../../doctor/misconfigurations.ts';
import { planSchema } from '../../plan/plan-schema.ts';
import { keptPolicySchema } from '../../policy/kept-policy-schema.ts';
import { MODES } from '../../policy/mode.ts';
import { keptSnapshotSchema, sessionFields } from '../../server/kept-snapshot-schema.ts';
import { pressures } from '../../server/scope-schema.ts';
import { triggerSchema } from '../../trigger/trigger-schema.ts';
import { OUTCOMES } from '../outcome.ts';
import { recallSchema } from './recall-schema.ts';
import { lockOrNull } from './record-lock-schema.ts';

/**
 * The record of a run: its types, the kept file and the packed form follow from this schema.
 * `docs/operate/record.md` explains it. What older records lack has a default or is optional.
 */

const connecting = fields({
  attempts: count,
  /** The server has it in its log. Absent when no try failed. */
  address: describe('Our own address in the failed tries, as we see it.', z.optional(text)),
  refusals: describe(
    'Answers of the server while we tried to connect.',
    list(fields({ sqlstate: text, routine: text, count })),
  ),
});

const attempt = fields({
  pid,
  backendStart: textOrNull,
  round: count,
  /** `signalled` does not mean `terminated` yet. */
  guard: describe(
    'What the server answered.',
    enumOf(['signalled', 'no-match', 'forbidden', 'failed', 'unknown']),
  ),
  /**
   * - `terminated`: signalled, and its identity is gone.
   * - `changed`: the guard found it busy again, so it was left alone.
   * - `gone`: it is gone, but we do not know whether we ended it. It had left by itself, or the guard's answer
   *   was lost.
   * - `still-there`: signalled, or perhaps signalled where the answer was lost, but not gone in time.
   * - `forbidden`: the server refused (42501).
   * - `failed`: another error of the statement.
   * - `unknown`: the result could not be read.
   */
  result: describe(
    'The result that the next read showed.',
    enumOf(['terminated', 'changed', 'gone', 'still-there', 'forbidden', 'failed', 'unknown']),
  ),
});

const reading = fields({
  phase: enumOf(['verified', 'settled']),
  atMs: describe("Milliseconds since the run's start.", milliseconds),
  /** The present pressure of the server and of the scopes that were under pressure first. */
  pressure: pressures,
  came: describe('Sessions that the first snapshot did not have.', list(sessionFields)),
  /** How many sessions of the first snapshot are gone. Our own session does not count. */
  gone: count,
  /** Absent while `came` is present. */
  retaken: describe('Re-taken slots, counted before the newcomers were left out.', z.optional(count)),
});

const STEPS = ['connected', 'locked', 'snapshot', 'planned', 'terminated', 'verified', 'settled'] as const;
const steps = Object.fromEntries(STEPS.map((step) => [step, millisecondsOrNull])) as Readonly<
  Record<(typeof STEPS)[number], typeof millisecondsOrNull>
>;

const fleet = fields({
  key: describe('The key of the database: its VPC and its resource id, which AWS never gives again.', text),
  policy: describe('The name of the policy.', text),
  policyHash: describe(
    "SHA-256 of the organisation's policy; null for the rules that are built in.",
    textOrNull,
  ),
  role: describe('The database role as which the run logged in.', text),
  limits: describe(
    'Everything that lowered the mode.',
    list(fields({ source: text, mode: enumOf(MODES), why: text })),
  ),
});

const misconfiguration = fields({ check: known<MisconfigurationCheck>(), ...findingShape });

/**
 * What may be left out of a record to keep it within its size, in this order. The pid and start of each
 * victim and the result of each attempt always stay.
 * - `statements`: all of spared sessions, except what a session holds by it; those of victims beyond 20,000 bytes together.
 * - `details`: times and waits of spared sessions.
 * - `pooler`: its clients, more than 20 pools, and which client uses which session; refusals beyond 20.
 * - `locks`: which session waits for which.
 * - `spared sessions`: all sessions except victims, and newcomers.
 * - `victims' details`: times and waits of victims, and their statements.
 * - `limits`: all except the 20 with most need.
 * - `long texts`: of the event and of problems.
 * - `names`: those that fewest sessions have.
 */
export const REDUCTION_NAMES = [
  'statements',
  'details',
  'pooler',
  'locks',
  'spared sessions',
  "victims' details",
  'limits',
  'long texts',
  'names',
] as const;

export const RECORD_VERSION = 1;

const runShape = {
  version: describe(
    'The version of this schema. A version may get new keys; no key changes its meaning or is removed.',
    z.literal(RECORD_VERSION, { error: '1' }),
  ),
  runId: describe('The id of the Lambda invocation.', text),
  server: describe('The name of the server, as it is declared.', text),
  fleet: describe('What decided about the run in a fleet; absent for declared servers.', z.optional(fleet)),
  code: describe('Version and commit of the code that ran; absent in older records.', z.optional(text)),
  planner: describe('The version of the planner; absent in older records.', z.optional(count)),
  policyHash: describe('SHA-256 of the policy in force; absent in older records.', z.optional(text)),
  /** The policy's, or `observe` when a scheduled run could not know whether runs are paused. */
  mode: describe('The mode in which the run acted.', enumOf(MODES)),
  trigger: describe('What started the run.', triggerSchema),
  policy: describe('The policy of the run; ages in milliseconds.', keptPolicySchema),
  startedAt: describe("ISO 8601, by the function's clock.", text),
  outcome: describe(
    'How the run ended; for an observing run, the outcome that it expected.',
    enumOf(OUTCOMES),
  ),
  why: describe('Why there was nothing to do, for "muted" and "stale".', textOrNull),
  problem: describe('The problem that stopped the run; null without one.', z.nullable(problemSchema)),
  /** Null as well when the run ended before it asked. */
  recall: describe(
    'What the run read from memory; null without memory.',
    z._default(z.nullable(recallSchema), null),
  ),
  connecting: describe('How connecting went.', connecting),
  /** Null when there were none, or when the run did not look. */
  lock: lockOrNull,
  snapshot: describe(
    'All sessions in the first snapshot; null if there was none.',
    z.nullable(keptSnapshotSchema),
  ),
  plan: z.nullable(planSchema),
  attempts: describe('One for each session that was told to end.', list(attempt)),
  readings: describe('Later reads, as differences to the first snapshot.', list(reading)),
  /** What the short checks after a quiet scheduled run found. Null when they were not made. */
  misconfigurations: z._default(z.nullable(list(misconfiguration)), null),
  timings: describe(
    "Milliseconds since the run's start at which each step was done; null for steps that were not reached.",
    fields({ ...steps, finished: milliseconds }),
  ),
} as const;

/** As `remediate` sends it to `report`. */
export const runRecordSchema = fields(runShape);

/** As it is kept: with the names of the parts that were left out. */
export const keptRecordSchema = fields({
  ...runShape,
  reduced: describe(
    'The parts that were left out because the record was too large, in order.',
    z._default(list(enumOf(REDUCTION_NAMES)), []),
  ),
});

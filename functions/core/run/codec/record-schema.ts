import * as z from 'zod/mini';
import { describe } from '../../base/schema-fields.ts';
import type { MisconfigurationCheck } from '../../doctor/misconfigurations.ts';
import type { SparedReason } from '../../plan/protection.ts';
import { MODES } from '../../policy/policy.ts';
import { poolerOrNull } from '../../server/pooler-schema.ts';
import { refusalShape, serverShape, slotsShape } from '../../server/snapshot-schema.ts';
import { OUTCOMES } from '../outcome.ts';
import { REDUCTION_NAMES } from '../record.ts';
import {
  count,
  enumOf,
  fields,
  flag,
  known,
  list,
  milliseconds,
  millisecondsOrNull,
  number,
  obligatory,
  pid,
  problemSchema,
  text,
  textOrNull,
} from './record-fields.ts';
import { lockOrNull } from './record-lock-schema.ts';
import { lockFields, sessionFields } from './record-session-schema.ts';
import { connectingSchema, keptPolicySchema, recallSchema, triggerSchema } from './record-trigger-schema.ts';

/** A kept record as its file has it. `docs/operate/record.md` explains it. */

const { roles, databases, ...ownSlots } = obligatory(slotsShape);
const limits = (schema: typeof roles) => list(fields(schema.def.element.shape));
const { provider, ...server } = serverShape;
const snapshot = fields({
  takenAt: describe("The server's clock.", text),
  server: fields({ ...obligatory(server), provider, readsAllStats: flag }),
  slots: fields({ ...ownSlots, roles: limits(roles), databases: limits(databases) }),
  sessions: list(sessionFields),
  locks: describe(
    'Locks that sessions wait for; absent where they were not read.',
    z.optional(list(lockFields)),
  ),
  refusals: list(fields(obligatory(refusalShape))),
  pooler: poolerOrNull,
});

const scope = z.discriminatedUnion(
  'kind',
  [
    fields({ kind: z.literal('server') }),
    fields({ kind: z.literal('role'), name: text }),
    fields({ kind: z.literal('database'), name: text }),
  ],
  { error: 'a scope of kind "server", "role" or "database"' },
);
const pressure = list(fields({ scope, usable: number, used: count, free: number, under: flag, need: count }));

const SPARED = [
  'built-in',
  'protected',
  'not-included',
  'state',
  'unknown-age',
  'too-young',
  'kept',
  'limit',
  'not-needed',
] as const satisfies readonly SparedReason[];

const victimReason = fields({
  purpose: enumOf(['relieve', 'reap']),
  rung: describe('Counts from 1; null for reap.', z.nullable(number)),
  minAgeMs: milliseconds,
  ageMs: milliseconds,
  group: fields({ application: text, user: text, database: text }),
  serves: list(scope),
  released: describe(
    "It belonged to its program's keep, and the role's programs kept more than their share.",
    z.optional(z.literal(true, { error: 'true' })),
  ),
});

const plan = fields({
  verdict: enumOf(['healthy', 'sufficient', 'partial', 'no-candidates']),
  pressure: describe('The scopes that the run looked at, in the order in which it relieves them.', pressure),
  victims: describe(
    'The chosen sessions, in the order in which they end.',
    list(fields({ session: sessionFields, reason: victimReason })),
  ),
  spared: describe(
    'All other sessions, with one reason each.',
    list(fields({ session: sessionFields, reason: enumOf(SPARED), detail: text })),
  ),
  limits: list(
    fields({ limit: enumOf(['maxVictims', 'maxPercent', 'firstPlan']), allowed: count, wanted: count }),
  ),
  missing: count,
  problem: z.nullable(problemSchema),
});

const attempt = fields({
  pid,
  backendStart: textOrNull,
  round: count,
  guard: describe(
    'What the server answered.',
    enumOf(['signalled', 'no-match', 'forbidden', 'failed', 'unknown']),
  ),
  result: describe(
    'The result that the next read showed.',
    enumOf(['terminated', 'changed', 'gone', 'still-there', 'forbidden', 'failed', 'unknown']),
  ),
});

const reading = fields({
  phase: enumOf(['verified', 'settled']),
  atMs: describe("Milliseconds since the run's start.", milliseconds),
  pressure,
  came: describe('Sessions that the first snapshot did not have.', list(sessionFields)),
  gone: count,
  retaken: describe('Re-taken slots, counted before the newcomers were left out.', z.optional(count)),
});

const STEPS = ['connected', 'locked', 'snapshot', 'planned', 'terminated', 'verified', 'settled'] as const;
const steps = Object.fromEntries(STEPS.map((step) => [step, millisecondsOrNull])) as Readonly<
  Record<(typeof STEPS)[number], typeof millisecondsOrNull>
>;

const misconfiguration = fields({
  check: known<MisconfigurationCheck>(),
  standing: enumOf(['ok', 'advice', 'problem']),
  found: text,
  mend: z.nullable(fields({ sql: list(text), note: textOrNull })),
});

export const RECORD_VERSION = 1;

export const keptRecordSchema = fields({
  version: describe(
    'The version of this schema. A version may get new keys; no key changes its meaning or is removed.',
    z.literal(RECORD_VERSION, { error: '1' }),
  ),
  runId: describe('The id of the Lambda invocation.', text),
  server: describe('The name of the server, as it is declared.', text),
  code: describe('Version and commit of the code that ran; absent in older records.', z.optional(text)),
  policyHash: describe('SHA-256 of the policy in force; absent in older records.', z.optional(text)),
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
  recall: describe(
    'What the run read from memory; null without memory.',
    z._default(z.nullable(recallSchema), null),
  ),
  connecting: describe('How connecting went.', connectingSchema),
  lock: lockOrNull,
  snapshot: describe('All sessions in the first snapshot; null if there was none.', z.nullable(snapshot)),
  plan: z.nullable(plan),
  attempts: describe('One for each session that was told to end.', list(attempt)),
  readings: describe('Later reads, as differences to the first snapshot.', list(reading)),
  misconfigurations: z._default(z.nullable(list(misconfiguration)), null),
  timings: describe(
    "Milliseconds since the run's start at which each step was done; null for steps that were not reached.",
    fields({ ...steps, finished: milliseconds }),
  ),
  reduced: describe(
    'The parts that were left out because the record was too large, in order.',
    z._default(list(enumOf(REDUCTION_NAMES)), []),
  ),
});

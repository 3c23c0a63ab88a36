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
    "It was its program's keep, and the role's programs kept more than they may.",
    z.optional(z.literal(true, { error: 'true' })),
  ),
});

const plan = fields({
  verdict: enumOf(['healthy', 'sufficient', 'partial', 'no-candidates']),
  pressure: describe('The scopes that were looked at, in the order of cure.', pressure),
  victims: describe(
    'Who was chosen, in the order in which they go.',
    list(fields({ session: sessionFields, reason: victimReason })),
  ),
  spared: describe(
    'Everybody else, with one reason each.',
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
    'What the read after it showed.',
    enumOf(['terminated', 'changed', 'gone', 'still-there', 'forbidden', 'failed', 'unknown']),
  ),
});

const reading = fields({
  phase: enumOf(['verified', 'settled']),
  atMs: describe("Since the run's start.", milliseconds),
  pressure,
  came: describe('Sessions that were not there at first.', list(sessionFields)),
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
    'Of this schema. Keys may be added to a version; none changes its meaning or goes.',
    z.literal(RECORD_VERSION, { error: '1' }),
  ),
  runId: describe('Of the Lambda invocation.', text),
  server: describe('As it is declared.', text),
  code: describe('Version and commit of the code that ran; absent in older records.', z.optional(text)),
  policyHash: describe('SHA-256 of the policy in force; absent in older records.', z.optional(text)),
  mode: describe('In which it acted.', enumOf(MODES)),
  trigger: describe('Why it ran.', triggerSchema),
  policy: describe('As it was in force; ages in milliseconds.', keptPolicySchema),
  startedAt: describe("ISO 8601, the function's clock.", text),
  outcome: describe('What it came to; of an observing run, what it expected.', enumOf(OUTCOMES)),
  why: describe('Why there was nothing to do, for "muted" and "stale".', textOrNull),
  problem: describe('What stood in the way.', z.nullable(problemSchema)),
  recall: describe('What memory said; null without memory.', z._default(z.nullable(recallSchema), null)),
  connecting: describe('How getting in went.', connectingSchema),
  lock: lockOrNull,
  snapshot: describe('All sessions at the first look; null if there was none.', z.nullable(snapshot)),
  plan: z.nullable(plan),
  attempts: describe('One for each session that was told to end.', list(attempt)),
  readings: describe('The looks after that, as differences to the first.', list(reading)),
  misconfigurations: z._default(z.nullable(list(misconfiguration)), null),
  timings: describe(
    "Milliseconds since the run's start at which a step was done; null for those not reached.",
    fields({ ...steps, finished: milliseconds }),
  ),
  reduced: describe(
    'What was left out because the record was too large, in the order in which it went.',
    z._default(list(enumOf(REDUCTION_NAMES)), []),
  ),
});

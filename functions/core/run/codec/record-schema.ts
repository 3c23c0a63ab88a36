import * as z from 'zod/mini';
import { WORDED_REFUSALS } from '../../base/refusal-kind.ts';
import type { MisconfigurationCheck } from '../../doctor/misconfigurations.ts';
import type { SparedReason } from '../../plan/protection.ts';
import { MODES } from '../../policy/policy.ts';
import { poolerOrNull } from '../../server/pooler-schema.ts';
import { FLAVORS, PROVIDERS } from '../../server/snapshot.ts';
import { OUTCOMES } from '../outcome.ts';
import { REDUCTION_NAMES } from '../record.ts';
import {
  count,
  fields,
  flag,
  known,
  list,
  number,
  pid,
  problem,
  said,
  saidOrNull,
  span,
  spanOrNull,
  told,
  word,
} from './record-fields.ts';
import { lockOrNull } from './record-lock-schema.ts';
import { lockFields, sessionFields } from './record-session-schema.ts';
import { connectingSchema, policySchema, recallSchema, triggerSchema } from './record-trigger-schema.ts';

/** A kept record as it stands in its file; `docs/operate/record.md` explains it. */

const limit = fields({ name: said, limit: number });
const snapshot = fields({
  takenAt: told("The server's clock.", said),
  server: fields({
    flavor: word(FLAVORS),
    version: said,
    provider: z._default(z.nullable(word(PROVIDERS)), null),
    ownPid: z.nullable(pid),
    readsAllStats: flag,
    isReplica: told('Whether it is a read replica; absent in older records.', z.optional(flag)),
  }),
  slots: fields({
    max: count,
    superuserReserved: count,
    reserved: count,
    providerReserved: count,
    walSenders: count,
    roles: list(limit),
    databases: list(limit),
  }),
  sessions: list(sessionFields),
  locks: told('Locks that sessions wait for; absent where they were not read.', z.optional(list(lockFields))),
  refusals: list(
    fields({
      kind: word(WORDED_REFUSALS),
      name: saidOrNull,
      count,
    }),
  ),
  pooler: poolerOrNull,
});

const scope = z.discriminatedUnion(
  'kind',
  [
    fields({ kind: z.literal('server') }),
    fields({ kind: z.literal('role'), name: said }),
    fields({ kind: z.literal('database'), name: said }),
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
  purpose: word(['relieve', 'reap']),
  rung: told('Counts from 1; null for reap.', z.nullable(number)),
  minAgeMs: span,
  ageMs: span,
  group: fields({ application: said, user: said, database: said }),
  serves: list(scope),
  released: told(
    "It was its program's keep, and the role's programs kept more than they may.",
    z.optional(z.literal(true, { error: 'true' })),
  ),
});

const plan = fields({
  verdict: word(['healthy', 'sufficient', 'partial', 'no-candidates']),
  pressure: told('The scopes that were looked at, in the order of cure.', pressure),
  victims: told(
    'Who was chosen, in the order in which they go.',
    list(fields({ session: sessionFields, reason: victimReason })),
  ),
  spared: told(
    'Everybody else, with one reason each.',
    list(fields({ session: sessionFields, reason: word(SPARED), detail: said })),
  ),
  limits: list(
    fields({ limit: word(['maxVictims', 'maxPercent', 'firstPlan']), allowed: count, wanted: count }),
  ),
  missing: count,
  problem: z.nullable(problem),
});

const attempt = fields({
  pid,
  backendStart: saidOrNull,
  round: count,
  guard: told('What the server answered.', word(['signalled', 'no-match', 'forbidden', 'failed', 'unknown'])),
  result: told(
    'What the read after it showed.',
    word(['terminated', 'changed', 'gone', 'still-there', 'forbidden', 'failed', 'unknown']),
  ),
});

const reading = fields({
  phase: word(['verified', 'settled']),
  atMs: told("Since the run's start.", span),
  pressure,
  came: told('Sessions that were not there at first.', list(sessionFields)),
  gone: count,
  retaken: told('Re-taken slots, counted before the newcomers were left out.', z.optional(count)),
});

const STEPS = ['connected', 'locked', 'snapshot', 'planned', 'terminated', 'verified', 'settled'] as const;
const steps = Object.fromEntries(STEPS.map((step) => [step, spanOrNull])) as Readonly<
  Record<(typeof STEPS)[number], typeof spanOrNull>
>;

const misconfiguration = fields({
  check: known<MisconfigurationCheck>(),
  standing: word(['ok', 'advice', 'problem']),
  found: said,
  mend: z.nullable(fields({ sql: list(said), note: saidOrNull })),
});

export const RECORD_VERSION = 1;

export const keptRecordSchema = fields({
  version: told(
    'Of this schema. Keys may be added to a version; none changes its meaning or goes.',
    z.literal(RECORD_VERSION, { error: '1' }),
  ),
  runId: told('Of the Lambda invocation.', said),
  server: told('As it is declared.', said),
  code: told('Version and commit of the code that ran; absent in older records.', z.optional(said)),
  policyHash: told('SHA-256 of the policy in force; absent in older records.', z.optional(said)),
  mode: told('In which it acted.', word(MODES)),
  trigger: told('Why it ran.', triggerSchema),
  policy: told('As it was in force; ages in milliseconds.', policySchema),
  startedAt: told("ISO 8601, the function's clock.", said),
  outcome: told('What it came to; of an observing run, what it expected.', word(OUTCOMES)),
  why: told('Why there was nothing to do, for "muted" and "stale".', saidOrNull),
  problem: told('What stood in the way.', z.nullable(problem)),
  recall: told('What memory said; null without memory.', z._default(z.nullable(recallSchema), null)),
  connecting: told('How getting in went.', connectingSchema),
  lock: lockOrNull,
  snapshot: told('All sessions at the first look; null if there was none.', z.nullable(snapshot)),
  plan: z.nullable(plan),
  attempts: told('One for each session that was told to end.', list(attempt)),
  readings: told('The looks after that, as differences to the first.', list(reading)),
  misconfigurations: z._default(z.nullable(list(misconfiguration)), null),
  timings: told(
    "Milliseconds since the run's start at which a step was done; null for those not reached.",
    fields({ ...steps, finished: span }),
  ),
  reduced: told(
    'What was left out because the record was too large, in the order in which it went.',
    z._default(list(word(REDUCTION_NAMES)), []),
  ),
});

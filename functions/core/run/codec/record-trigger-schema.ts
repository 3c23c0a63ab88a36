import * as z from 'zod/mini';
import { REFUSAL_KINDS } from '../../base/refusal-kind.ts';
import { describe } from '../../base/schema-fields.ts';
import { MODES } from '../../policy/policy.ts';
import { IDLE_STATES } from '../../server/session.ts';
import {
  count,
  enumOf,
  fields,
  flag,
  list,
  milliseconds,
  number,
  problemSchema,
  text,
  textOrNull,
} from './record-fields.ts';

/** What a run began with: its trigger, its policy and what it read from memory. */

const refused = fields({
  kind: describe('Which limit was reached.', enumOf(REFUSAL_KINDS)),
  user: textOrNull,
  database: textOrNull,
  address: textOrNull,
  count: describe('How often.', count),
  clients: describe('How many clients these are: 1, or more for the rest of a long list.', count),
  first: describe('ISO 8601, UTC.', text),
  last: describe('ISO 8601, UTC.', text),
});

const alarm = fields({
  kind: z.literal('alarm'),
  alarm: text,
  alarmArn: text,
  state: enumOf(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  reason: text,
  at: text,
  suppressedBy: textOrNull,
  mutedBy: textOrNull,
  contributor: textOrNull,
  metric: describe(
    'The metric that the alarm watches, if it is not the number of refusals.',
    z.optional(text),
  ),
});

const logLines = fields({
  kind: z.literal('log-lines'),
  at: text,
  logGroup: text,
  logStream: text,
  lines: count,
  refused: describe(
    'The refused clients. They had no slot, so they are not the ones that took the slots.',
    list(refused),
  ),
  own: describe("Refusals of our own role's tries.", count),
  tries: describe('Lines that were taken off because our own tries left as many.', z.optional(count)),
  elsewhere: describe('Refusals by another server that shares the log group.', count),
  figures: z.nullable(z.record(z.string(), z.number())),
});

const schedule = fields({ kind: z.literal('schedule'), at: textOrNull, id: textOrNull });
const manual = fields({ kind: z.literal('manual'), at: textOrNull });
const notice = fields({
  kind: z.literal('notice'),
  notice: enumOf(['heartbeat', 'control', 'own-message']),
  at: z.null(),
});

export const triggerSchema = z.discriminatedUnion('kind', [alarm, logLines, schedule, manual, notice], {
  error: 'a trigger whose kind is "alarm", "log-lines", "schedule", "manual" or "notice"',
});

const threshold = fields({ unit: enumOf(['usedPercent', 'freeSlots']), value: number });
const include = { users: list(text), databases: list(text), applications: list(text), addresses: list(text) };

export const keptPolicySchema = fields({
  mode: enumOf(MODES),
  relieve: fields({
    when: threshold,
    until: threshold,
    ladder: list(fields({ state: enumOf(IDLE_STATES), minAgeMs: milliseconds })),
  }),
  reap: z.nullable(fields({ minAgeMs: milliseconds })),
  limits: fields({ maxVictims: count, maxPercent: count, keepPerGroup: count }),
  include: fields(include),
  protect: fields({
    users: list(text),
    databases: list(text),
    applications: list(text),
    builtinApplications: flag,
    addresses: list(text),
    poolers: list(text),
    listeners: flag,
    advisoryLocks: flag,
    temporaryTables: flag,
  }),
});

const pause = fields({ at: text, by: text, reason: textOrNull, until: z._default(textOrNull, null) });

const ownTries = fields({ from: text, to: text, tries: count, address: textOrNull });

export const recallSchema = z.discriminatedUnion(
  'kind',
  [
    fields({
      kind: z.literal('read'),
      table: text,
      paused: z.nullable(pause),
      ownTries: describe('Tries of earlier runs that could not connect.', z.optional(list(ownTries))),
    }),
    fields({ kind: z.literal('unreadable'), table: text, problem: problemSchema }),
  ],
  { error: 'what memory said, of kind "read" or "unreadable"' },
);

export const connectingSchema = fields({
  attempts: count,
  address: describe('Our own address in the failed tries, as we see it.', z.optional(text)),
  refusals: describe(
    'Answers of the server while we tried to connect.',
    list(fields({ sqlstate: text, routine: text, count })),
  ),
});

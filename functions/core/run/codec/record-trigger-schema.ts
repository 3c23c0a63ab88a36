import * as z from 'zod/mini';
import { REFUSAL_KINDS } from '../../base/refusal-kind.ts';
import { MODES } from '../../policy/policy.ts';
import { IDLE_STATES } from '../../server/session.ts';
import {
  count,
  factOrNull,
  fields,
  flag,
  list,
  number,
  problem,
  said,
  saidOrNull,
  span,
  told,
  word,
} from './record-fields.ts';

/** What a run began from: its trigger, its policy and what it remembered. */

const refused = fields({
  kind: told('What was full.', word(REFUSAL_KINDS)),
  user: saidOrNull,
  database: saidOrNull,
  address: saidOrNull,
  count: told('How often.', count),
  clients: told('How many clients these are: 1, or more for the rest of a long list.', count),
  first: told('ISO 8601, UTC.', said),
  last: told('ISO 8601, UTC.', said),
});

const alarm = fields({
  kind: z.literal('alarm'),
  alarm: said,
  alarmArn: said,
  state: word(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  reason: said,
  at: said,
  suppressedBy: saidOrNull,
  mutedBy: saidOrNull,
  contributor: saidOrNull,
  metric: told('What it watches, where that is not the number of refusals.', z.optional(said)),
});

const logLines = fields({
  kind: z.literal('log-lines'),
  at: said,
  logGroup: said,
  logStream: said,
  lines: count,
  refused: told('Who was turned away; never who took the slots.', list(refused)),
  own: told("Refusals of our own role's tries.", count),
  tries: told('Lines that were taken off because our own tries left as many.', z.optional(count)),
  elsewhere: told('Refusals by another server that shares the log group.', count),
  figures: z.nullable(z.record(z.string(), z.number())),
});

const schedule = fields({ kind: z.literal('schedule'), at: saidOrNull, id: saidOrNull });
const manual = fields({ kind: z.literal('manual'), at: saidOrNull });
const notice = fields({
  kind: z.literal('notice'),
  notice: word(['heartbeat', 'control', 'own-message']),
  at: z.null(),
});

export const triggerSchema = z.discriminatedUnion('kind', [alarm, logLines, schedule, manual, notice], {
  error: 'a trigger whose kind is "alarm", "log-lines", "schedule", "manual" or "notice"',
});

const threshold = fields({ unit: word(['usedPercent', 'freeSlots']), value: number });
const include = { users: list(said), databases: list(said), applications: list(said), addresses: list(said) };

export const policySchema = fields({
  mode: word(MODES),
  relieve: fields({
    when: threshold,
    until: threshold,
    ladder: list(fields({ state: word(IDLE_STATES), minAgeMs: span })),
  }),
  reap: z.nullable(fields({ minAgeMs: span })),
  limits: fields({ maxVictims: count, maxPercent: count, keepPerGroup: count }),
  include: fields(include),
  protect: fields({
    users: list(said),
    databases: list(said),
    applications: list(said),
    builtinApplications: flag,
    addresses: list(said),
    poolers: list(said),
    listeners: flag,
    advisoryLocks: flag,
    temporaryTables: flag,
  }),
});

const pause = fields({ at: said, by: said, reason: saidOrNull, until: z._default(saidOrNull, null) });

const ownTries = fields({ from: said, to: said, tries: count, address: saidOrNull });

export const recallSchema = z.discriminatedUnion(
  'kind',
  [
    fields({
      kind: z.literal('read'),
      table: said,
      paused: z.nullable(pause),
      ownTries: told('Tries of earlier runs that did not get in.', z.optional(list(ownTries))),
    }),
    fields({ kind: z.literal('unreadable'), table: said, problem }),
  ],
  { error: 'what memory said, of kind "read" or "unreadable"' },
);

export const connectingSchema = fields({
  attempts: count,
  address: told('Our end of the tries that came to nothing, as we see it.', z.optional(said)),
  refusals: told(
    'Answers of the server while we tried to get in.',
    list(fields({ sqlstate: said, routine: said, count })),
  ),
});

/** Facts about a session that may not have been readable. */
export const sessionFacts = { superuser: factOrNull, advisoryLock: factOrNull, temporaryTables: factOrNull };

import * as z from 'zod/mini';
import {
  describe,
  fields,
  list,
  millisecondsOrNull,
  number,
  pid,
  text,
  textOrNull,
} from './record-fields.ts';
import { sessionFacts } from './record-trigger-schema.ts';

/** A session and a contested lock, as they stand in a kept record. */
export const sessionFields = fields({
  pid: z.nullable(pid),
  sessionId: describe('Where an idle session has no process; else null.', z._default(textOrNull, null)),
  backendStart: describe('When it was opened, by the server; with the pid it is its identity.', textOrNull),
  backendType: textOrNull,
  user: textOrNull,
  database: textOrNull,
  application: describe('Chosen by the client, hence hostile; empty when it set none.', text),
  address: describe('IP address, "local" for a Unix socket, or empty.', text),
  state: textOrNull,
  stateChange: textOrNull,
  stateAgeMs: millisecondsOrNull,
  transactionAgeMs: millisecondsOrNull,
  queryAgeMs: millisecondsOrNull,
  waitEvent: textOrNull,
  blockedBy: list(number),
  ...sessionFacts,
  lastStatement: describe('What it last ran, as far as the server is declared to tell.', textOrNull),
});

const shares = list(fields({ pid, mode: text }));
export const lockFields = fields({
  kind: describe('As `pg_locks.locktype` shows it.', text),
  holders: describe('Who has it; pid 0 is a prepared transaction.', shares),
  waiters: describe('Who waits for it, in the order in which they began to.', shares),
});

import * as z from 'zod/mini';
import { fields, list, number, pid, said, saidOrNull, spanOrNull, told } from './record-fields.ts';
import { sessionFacts } from './record-trigger-schema.ts';

/** A session and a contested lock, as they stand in a kept record. */
export const sessionFields = fields({
  pid: z.nullable(pid),
  sessionId: told('Where an idle session has no process; else null.', z._default(saidOrNull, null)),
  backendStart: told('When it was opened, by the server; with the pid it is its identity.', saidOrNull),
  backendType: saidOrNull,
  user: saidOrNull,
  database: saidOrNull,
  application: told('Chosen by the client, hence hostile; empty when it set none.', said),
  address: told('IP address, "local" for a Unix socket, or empty.', said),
  state: saidOrNull,
  stateChange: saidOrNull,
  stateAgeMs: spanOrNull,
  transactionAgeMs: spanOrNull,
  queryAgeMs: spanOrNull,
  waitEvent: saidOrNull,
  blockedBy: list(number),
  ...sessionFacts,
  lastStatement: told('What it last ran, as far as the server is declared to tell.', saidOrNull),
});

const shares = list(fields({ pid, mode: said }));
export const lockFields = fields({
  kind: told('As `pg_locks.locktype` shows it.', said),
  holders: told('Who has it; pid 0 is a prepared transaction.', shares),
  waiters: told('Who waits for it, in the order in which they began to.', shares),
});

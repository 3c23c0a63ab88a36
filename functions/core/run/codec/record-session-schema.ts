import { describe } from '../../base/schema-fields.ts';
import { sessionShape } from '../../server/session-schema.ts';
import { lockSchema } from '../../server/snapshot-schema.ts';
import { fields, list, obligatory, text, textOrNull } from './record-fields.ts';

/** A session and a contested lock as a kept record has them. */
export const sessionFields = fields({
  ...obligatory(sessionShape),
  sessionId: sessionShape.sessionId,
  address: describe('IP address, "local" for a Unix socket, empty, or "…" where it was left out.', text),
  lastStatement: describe('What it last ran, as far as the server is declared to tell.', textOrNull),
});

const { kind, holders } = lockSchema.shape;
const shares = list(fields(holders.def.element.shape));
export const lockFields = fields({
  kind,
  holders: describe('Who has it; pid 0 is a prepared transaction.', shares),
  waiters: describe('Who waits for it, in the order in which they began to.', shares),
});

import type { Session } from '../../functions/core/server/session.ts';

/** The server's own text, in UTC. */
export const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/;
const number = (value: unknown) => Number.isSafeInteger(value);
const age = (value: unknown) => number(value) && Number(value) >= 0;
const text = (value: unknown) => typeof value === 'string';
const time = (value: unknown) => typeof value === 'string' && TIME.test(value);
const flag = (value: unknown) => typeof value === 'boolean';
const orNull = (check: (value: unknown) => boolean) => (value: unknown) => value === null || check(value);

/** What core is promised for each field of a row, whatever kind of process it is. */
const FIELDS: Readonly<Record<keyof Session, (value: unknown) => boolean>> = {
  pid: number,
  sessionId: orNull(text),
  backendStart: orNull(time),
  backendType: orNull(text),
  user: orNull(text),
  database: orNull(text),
  application: text,
  address: text,
  state: orNull(text),
  stateChange: orNull(time),
  stateAgeMs: orNull(age),
  transactionAgeMs: orNull(age),
  queryAgeMs: orNull(age),
  waitEvent: orNull(text),
  blockedBy: (value) => Array.isArray(value) && value.every(number),
  superuser: orNull(flag),
  advisoryLock: orNull(flag),
  temporaryTables: orNull(flag),
  lastStatement: orNull(text),
  encodedNames: (value) => value === undefined || typeof value === 'object',
};

/** The fields of a row that core was promised otherwise, and those it knows nothing of. */
export function wrongFields(row: Session): readonly string[] {
  const known = Object.entries(FIELDS).filter(([key, holds]) => !holds(Reflect.get(row, key)));
  const unknown = Object.keys(row).filter((key) => !(key in FIELDS));
  return [...known.map(([key]) => key), ...unknown];
}

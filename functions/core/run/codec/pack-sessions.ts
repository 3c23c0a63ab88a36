import type { Session } from '../../server/session.ts';
import { type Columned, fromColumns, toColumns } from './columns.ts';
import {
  type Dictionary,
  fromTexts,
  fromTimes,
  type Texts,
  type Times,
  toTexts,
  toTimes,
} from './packed-columns.ts';

const TEXTS = [
  'user',
  'database',
  'application',
  'address',
  'lastStatement',
] as const satisfies readonly (keyof Session)[];
const TIMES = ['backendStart', 'stateChange'] as const satisfies readonly (keyof Session)[];
const PLAIN = [
  'pid',
  'sessionId',
  'backendType',
  'state',
  'stateAgeMs',
  'transactionAgeMs',
  'queryAgeMs',
  'waitEvent',
  'blockedBy',
  'superuser',
  'advisoryLock',
  'temporaryTables',
] as const satisfies readonly (keyof Session)[];

type Plain = Columned<Pick<Session, (typeof PLAIN)[number]>>;
type Named = { readonly [Key in (typeof TEXTS)[number]]: Texts | readonly Session[Key][] };
type Timed = { readonly [Key in (typeof TIMES)[number]]: Times | readonly Session[Key][] };

/** Sessions in columns. Columns that were added later may be missing. Their values are then null. */
export type PackedSessions = Omit<Plain, 'sessionId'> & Partial<Pick<Plain, 'sessionId'>> & Named & Timed;

/** `encodedNames` is left out, because records are not used for planning. */
const FORM: ReadonlySet<string> = new Set([...PLAIN, ...TEXTS, ...TIMES, 'encodedNames']);

export function packSessions(sessions: readonly Session[], dictionary: Dictionary): PackedSessions {
  const column = <Key extends keyof Session>(key: Key) => sessions.map((session) => session[key]);
  return {
    ...toColumns([...PLAIN, ...(newerIn(sessions) as ReadonlySet<keyof Plain>)], sessions),
    user: toTexts(dictionary, column('user')),
    database: toTexts(dictionary, column('database')),
    application: toTexts(dictionary, column('application')),
    address: toTexts(dictionary, column('address')),
    lastStatement: toTexts(dictionary, column('lastStatement')),
    backendStart: toTimes(column('backendStart')),
    stateChange: toTimes(column('stateChange')),
  };
}

/** Names of facts that the packed form does not list. */
function newerIn(sessions: readonly Session[]): ReadonlySet<string> {
  const newer = new Set<string>();
  for (const session of sessions) for (const key of Object.keys(session)) if (!FORM.has(key)) newer.add(key);
  return newer;
}

export function unpackSessions(packed: PackedSessions, texts: readonly string[]): readonly Session[] {
  const sessions = fromColumns<Session>([...PLAIN, ...TEXTS, ...TIMES], {
    ...packed,
    user: fromTexts(packed.user, texts),
    database: fromTexts(packed.database, texts),
    application: fromTexts(packed.application, texts),
    address: fromTexts(packed.address, texts),
    lastStatement: fromTexts(packed.lastStatement, texts),
    backendStart: fromTimes(packed.backendStart),
    stateChange: fromTimes(packed.stateChange),
  });
  return withNewerFacts(sessions, packed);
}

/**
 * Facts that the packed form does not list are stored as columns too. A fact that a session lacks is absent,
 * as in earlier records.
 */
function withNewerFacts(sessions: readonly Session[], packed: PackedSessions): readonly Session[] {
  const newer = Object.entries(packed).filter(([key]) => !FORM.has(key));
  if (newer.length === 0) return sessions;
  return sessions.map((session, at) => {
    const facts = newer.map(([key, column]) => [key, (column as readonly unknown[])[at] ?? null] as const);
    return { ...session, ...Object.fromEntries(facts.filter(([, fact]) => fact !== null)) };
  });
}

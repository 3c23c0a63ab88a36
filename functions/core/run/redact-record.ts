import { OWN_APPLICATION } from '../server/session.ts';

/** What stands in place of a name that was removed. */
export const FORGOTTEN = '(forgotten)';

/** A record without the sessions, statements and names of some programs. It is JSON, which has to be parsed again. */
export type Redacted = {
  readonly record: unknown;
  /** Whether the record named one of them. */
  readonly isNamed: boolean;
  /** Whether it names other clients too, so that something of use is left. */
  readonly hasOthers: boolean;
  /** The names that were removed. */
  readonly names: ReadonlySet<string>;
};

type Fields = Readonly<Record<string, unknown>>;
type Matches = (name: string) => boolean;

/** Keys of sentences, which may quote a name. */
const SENTENCES: ReadonlySet<string> = new Set([
  ...['message', 'detail', 'why', 'reason', 'lastStatement', 'found', 'note', 'sql', 'by'],
]);
/** Keys of names, and of lists of names in the policy. */
const NAMES: ReadonlySet<string> = new Set([
  ...['name', 'user', 'application', 'users', 'applications', 'addresses', 'address'],
]);
/** Addresses that name no machine. */
const NO_MACHINE: ReadonlySet<string> = new Set(['', 'local', '…']);

/**
 * Removes the programs whose application name or role matches: in each session and client their names, address and
 * statement, and everywhere else the names. Counts, states and times stay, so that slots still add up. A name that other
 * programs have too is not removed from them.
 */
export function redactRecord(record: unknown, matches: Matches): Redacted {
  const clients = clientsIn(record);
  const theirs = clients.filter((client) => isTheirs(client, matches));
  const others = clients.filter((client) => !isTheirs(client, matches) && !isOwn(client));
  const kept = new Set(others.flatMap(namesOf));
  const names = new Set(theirs.flatMap(namesOf).filter((name) => matches(name) || !kept.has(name)));
  return {
    record: names.size === 0 ? record : redacted(record, { matches, names, words: wordsOf(names) }),
    isNamed: theirs.length > 0,
    hasOthers: others.some((client) => namesOf(client).length > 0),
    names,
  };
}

type Removal = {
  readonly matches: Matches;
  readonly names: ReadonlySet<string>;
  readonly words: RegExp | null;
};

/** Sessions, clients of a pooler, refused clients and holders of a lock, wherever they stand. */
function clientsIn(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap(clientsIn);
  if (!isFields(value)) return [];
  const below = Object.values(value).flatMap(clientsIn);
  return 'user' in value || 'application' in value ? [value, ...below] : below;
}

function isTheirs({ application, user }: Fields, matches: Matches): boolean {
  const names = application === OWN_APPLICATION ? [user] : [application, user];
  return names.some((name) => typeof name === 'string' && name !== '' && matches(name));
}

function isOwn({ application }: Fields): boolean {
  return application === OWN_APPLICATION;
}

function namesOf({ application, user, address }: Fields): readonly string[] {
  return [application, user, address].filter(
    (name): name is string => typeof name === 'string' && !NO_MACHINE.has(name) && name !== OWN_APPLICATION,
  );
}

/** A name inside a sentence is a word of its own: `app` is not removed from `app_admin`. */
function wordsOf(names: ReadonlySet<string>): RegExp | null {
  if (names.size === 0) return null;
  const longestFirst = [...names]
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${longestFirst.join('|')})(?![\\p{L}\\p{N}_-])`, 'gu');
}

function redacted(value: unknown, removal: Removal): unknown {
  if (Array.isArray(value)) return value.map((each) => redacted(each, removal));
  if (!isFields(value)) return value;
  const all = Object.entries(value).map(([key, field]) => [key, redactedField(key, field, value, removal)]);
  const copy: Fields = Object.fromEntries(all);
  if (isTheirs(value, removal.matches)) return withoutClient(copy);
  const { session, reason } = value;
  if (!isFields(session) || !isFields(reason) || !isTheirs(session, removal.matches)) return copy;
  return { ...copy, reason: { ...reason, group: withoutClient(reason.group) } };
}

function redactedField(key: string, field: unknown, within: Fields, removal: Removal): unknown {
  const isWord = key === 'reason' && 'session' in within;
  if (NAMES.has(key)) {
    const replaced = (name: unknown) =>
      typeof name === 'string' && removal.names.has(name) ? (key === 'address' ? '' : FORGOTTEN) : name;
    return Array.isArray(field) ? field.map(replaced) : redacted(replaced(field), removal);
  }
  if (SENTENCES.has(key) && !isWord) {
    const replaced = (text: unknown) =>
      typeof text === 'string' && removal.words !== null ? text.replace(removal.words, FORGOTTEN) : text;
    return Array.isArray(field) ? field.map(replaced) : redacted(replaced(field), removal);
  }
  return redacted(field, removal);
}

/** The client without what tells who it was. Keys that it does not have are not added. */
function withoutClient(client: unknown): unknown {
  if (!isFields(client)) return client;
  const { encodedNames: _, ...rest } = client;
  const without = {
    application: rest.application === '' ? '' : FORGOTTEN,
    user: rest.user === null ? null : FORGOTTEN,
    address: NO_MACHINE.has(String(rest.address)) ? rest.address : '',
    lastStatement: null,
  };
  const present = Object.entries(without).filter(([key]) => key in rest);
  return { ...rest, ...Object.fromEntries(present) };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { ANY_NAME, applicationStem, roleStem, type Stem } from './program-stem.ts';
import type { Group, Session } from './session.ts';

/**
 * A program: a role and the stem of an application name. The varying parts of a client's name, its database
 * and its address do not count: 80 pods with one session each are one program, and so are the databases of 94
 * tenants.
 */
export type Program = {
  /** The stem of the application name. Of several stems it is the first in the order of text. */
  readonly stem: string;
  /** The stem of the role. Of several stems it is the first in the order of text. */
  readonly role: string;
  /** The name that people read: `*` stands where its sessions differ, as in `orders-*`. */
  readonly name: Group;
  readonly sessions: readonly Session[];
};

export type Programs = {
  readonly all: readonly Program[];
  /**
   * The program of one of these sessions, or of a session that was opened later. Null when it belongs to
   * none.
   */
  readonly of: (session: Session) => Program | null;
  /** How many of these sessions each role has, by the role's stem. */
  readonly ofRole: ReadonlyMap<string, number>;
};

/**
 * When more pairs of role and application than this have a single session each, they are not programs of
 * their own, however different their names are.
 */
const MOST_SINGLES = 5;

/**
 * A pair of stems, of a role and an application name. When two pairs are one program, the first leads to the
 * other.
 */
type Node = { readonly stem: string; readonly role: string; leadsTo: Node | null };

/** All sessions of one role under one full application name. */
type Pair = {
  readonly user: User;
  readonly name: string;
  readonly application: Stem;
  readonly node: Node;
  readonly sessions: Session[];
};

type User = { readonly name: string; readonly role: Stem; readonly pairs: Map<string, Pair> };

/** Which sessions belong to one program. The order of the sessions does not matter. */
export function programsOf(sessions: readonly Session[]): Programs {
  const users = new Map<string, User>();
  const nodes = new Map<string, Map<string, Node>>();
  for (const session of sessions) {
    const user = inside(users, session.user ?? '', userOf);
    const pair = inside(user.pairs, session.application, (name) => pairOf(user, name, nodes));
    pair.sessions.push(session);
  }
  const pairs = [...users.values()].flatMap((user) => [...user.pairs.values()]);
  const singles = pairs.filter(({ sessions: { length } }) => length === 1);
  const byRole = uniteAlike(singles, ({ node }) => node.role);
  const byStem = uniteAlike(singles, ({ node }) => node.stem);
  const programs = gather(pairs);
  const nodeOf = ({ user, application }: Session): Node | undefined => {
    const known = users.get(user ?? '')?.pairs.get(application);
    if (known !== undefined) return known.node;
    const [role, stem] = [roleStem(user ?? '').stem, applicationStem(application).stem];
    return nodes.get(role)?.get(stem) ?? byRole.get(role) ?? byStem.get(stem);
  };
  const of = (session: Session) => {
    const node = nodeOf(session);
    return node === undefined ? null : (programs.get(lastOf(node)) ?? null);
  };
  return { all: [...programs.values()], of, ofRole: sessionsByRole(pairs) };
}

function userOf(name: string): User {
  return { name, role: roleStem(name), pairs: new Map() };
}

function pairOf(user: User, name: string, nodes: Map<string, Map<string, Node>>): Pair {
  const application = applicationStem(name);
  const role = user.role.stem;
  const ofRole = inside(nodes, role, () => new Map<string, Node>());
  const node = inside(ofRole, application.stem, (stem) => ({ stem, role, leadsTo: null }));
  return { user, name, application, node, sessions: [] };
}

/** The value under a key. It is created when the key is used for the first time. */
function inside<Value>(known: Map<string, Value>, key: string, make: (key: string) => Value): Value {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make(key);
  known.set(key, made);
  return made;
}

function sessionsByRole(pairs: readonly Pair[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { node, sessions } of pairs)
    counts.set(node.role, (counts.get(node.role) ?? 0) + sessions.length);
  return counts;
}

/**
 * Unites pairs that share a name into one program, if there are more than a few. The result has one node for
 * each such name.
 */
function uniteAlike(singles: readonly Pair[], nameOf: (pair: Pair) => string): ReadonlyMap<string, Node> {
  const alike = [...Map.groupBy(singles, nameOf)].filter(([, { length }]) => length > MOST_SINGLES);
  return new Map(
    alike.flatMap(([name, [first, ...others]]) => {
      if (first === undefined) return [];
      for (const { node } of others) unite(first.node, node);
      return [[name, first.node] as const];
    }),
  );
}

function unite(one: Node, other: Node): void {
  const [to, from] = [lastOf(one), lastOf(other)];
  if (from !== to) from.leadsTo = to;
}

function lastOf(node: Node): Node {
  let last = node;
  while (last.leadsTo !== null) last = last.leadsTo;
  return last;
}

/** A text that all have in common, or null where they differ. */
type Shared = string | null;
type SharedName = { full: Shared; pattern: Shared; stem: Shared; first: string };
type Growing = {
  readonly application: SharedName;
  readonly user: SharedName;
  database: Shared;
  readonly sessions: Session[];
};

function gather(pairs: readonly Pair[]): ReadonlyMap<Node, Program> {
  const growing = new Map<Node, Growing>();
  for (const pair of pairs) {
    const last = lastOf(pair.node);
    const before = growing.get(last);
    if (before === undefined) growing.set(last, beginWith(pair));
    else grow(before, pair);
  }
  return new Map([...growing].map(([node, program]) => [node, toProgram(program)]));
}

function beginWith({ user, name, application, sessions }: Pair): Growing {
  return {
    application: { full: name, ...application, first: application.stem },
    user: { full: user.name, ...user.role, first: user.role.stem },
    database: sharedDatabase(sessions[0]?.database ?? '', sessions),
    sessions: [...sessions],
  };
}

function grow(program: Growing, { user, name, application, sessions }: Pair): void {
  share(program.application, name, application);
  share(program.user, user.name, user.role);
  program.database = sharedDatabase(program.database, sessions);
  for (const session of sessions) program.sessions.push(session);
}

function sharedDatabase(shared: Shared, sessions: readonly Session[]): Shared {
  return shared !== null && sessions.every(({ database }) => (database ?? '') === shared) ? shared : null;
}

function share(shared: SharedName, full: string, { pattern, stem }: Stem): void {
  if (shared.full === full) return;
  shared.full = null;
  if (shared.pattern !== pattern) shared.pattern = null;
  if (shared.stem !== stem) shared.stem = null;
  if (stem < shared.first) shared.first = stem;
}

function toProgram({ application, user, database, sessions }: Growing): Program {
  return {
    stem: application.first,
    role: user.first,
    name: { application: readable(application), user: readable(user), database: database ?? ANY_NAME },
    sessions,
  };
}

function readable({ full, pattern, stem }: SharedName): string {
  return full ?? pattern ?? (stem === null ? ANY_NAME : `${stem}${ANY_NAME}`);
}

import { listText } from '../base/words.ts';
import type { RunRecord } from '../run/record.ts';
import { isHypothetical, mayHaveEnded, terminationsOf } from '../run/terminations.ts';
import { type Technology, technologyOf } from '../server/client-technology.ts';
import { isTool } from '../server/developer-tools.ts';
import { groupName } from '../server/group-name.ts';
import { programNames } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import type { Group, Session } from '../server/session.ts';
import { type Advice, forOperator } from './advice.ts';

/** What each technology does when idle sessions of its pool end. */
const SEEN: Readonly<Partial<Record<Technology, string>>> = {
  'node-postgres':
    'node-postgres crashes the process (57P01) if the pool, or a checked-out client, has no error handler.',
  psycopg2: "psycopg2's pool hands out each ended connection once more: each one gives one OperationalError.",
  sqlalchemy: 'SQLAlchemy without pool_pre_ping fails one statement in each process, then opens a new pool.',
  jdbc: 'HikariCP replaces ended connections before it lends them; one that was used less than 500 ms ago fails once (57P01).',
};
const NAMED = 4;
const EXPLAINED = 2;

/**
 * Which applications lost sessions, or would, and what that does to them. Tools of people and groups whose
 * hosts are gone are left out.
 */
export function crashWarning(record: RunRecord, dead: ReadonlySet<string> = new Set()): readonly Advice[] {
  const nameOf = programNames(record.snapshot);
  const lost = terminationsOf(record)
    .filter(mayHaveEnded)
    .map(({ session }) => session)
    .filter((session) => !isTool(session.application) && !dead.has(groupText(nameOf(session))));
  // An application is counted once, whatever roles and databases it uses.
  const byName = [...Map.groupBy(lost, (session) => groupName(nameOf(session)))].sort(
    ([, some], [, more]) => more.length - some.length,
  );
  if (byName.length === 0) return [];
  const groups = byName.map(([, those]) => those);
  const who = listText(
    byName.map(([name, those]) => `${name} (${those.length})`),
    NAMED,
  );
  const all = record.snapshot?.sessions ?? [];
  const known = [...new Set(groups.map((those) => technologyIn(those, all, nameOf)))];
  const seen = known.flatMap((technology) => (technology === null ? [] : (SEEN[technology] ?? [])));
  const hypothetical = isHypothetical(record);
  const unknown =
    'Applications without an error handler on the pool crash when a connection is ended (error 57P01).';
  const why = [...seen, ...(known.every(isExplained) ? [] : [unknown])].slice(0, EXPLAINED).join(' ');
  const what = hypothetical
    ? `Before you switch to enforce, test that these applications survive losing connections: ${who}.`
    : `These applications lost sessions. Check that they still run: ${who}.`;
  return [forOperator(`${what} ${why}`.trimEnd())];
}

function isExplained(technology: Technology | null): boolean {
  return technology !== null && SEEN[technology] !== undefined;
}

/** All sessions of the group count, because the lost ones alone may show no sign. */
function technologyIn(
  those: readonly Session[],
  all: readonly Session[],
  nameOf: (session: Session) => Group,
): Technology | null {
  const [first] = those;
  if (first === undefined) return null;
  const name = groupText(nameOf(first));
  const ofGroup = all.filter((session) => groupText(nameOf(session)) === name);
  return technologyOf(first.application, ofGroup)?.technology ?? null;
}

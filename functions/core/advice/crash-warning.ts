import { listText } from '../base/words.ts';
import type { RunRecord } from '../run/record.ts';
import { isHypothetical, mayHaveEnded, triedOf } from '../run/terminations.ts';
import { type Technology, technologyOf } from '../server/client-technology.ts';
import { isTool } from '../server/developer-tools.ts';
import { groupName } from '../server/group-name.ts';
import { programNames } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import type { Group, Session } from '../server/session.ts';
import { type Advice, forOperator } from './advice.ts';

/** What each does when idle sessions of its pool end. */
const SEEN: Readonly<Partial<Record<Technology, string>>> = {
  'node-postgres':
    'node-postgres ends the process when its pool has no error handler, or a checked-out client has none of its own.',
  psycopg2: "psycopg2's pool hands each ended connection out once more: one OperationalError for each.",
  sqlalchemy: 'SQLAlchemy without pool_pre_ping fails a statement in each process, then opens its pool anew.',
  jdbc: 'HikariCP replaces ended connections before it lends them; one used less than 500 ms ago fails once with 57P01.',
};
const NAMED = 4;
const EXPLAINED = 2;

/** Who lost sessions, or would, and what that does to them; people's tools apart, and groups whose hosts are gone. */
export function crashWarning(record: RunRecord, dead: ReadonlySet<string> = new Set()): readonly Advice[] {
  const nameOf = programNames(record.snapshot);
  const lost = triedOf(record)
    .filter(mayHaveEnded)
    .map(({ session }) => session)
    .filter((session) => !isTool(session.application) && !dead.has(groupText(nameOf(session))));
  // An application crashes as one, whatever roles and databases it uses.
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
  const unknown = hypothetical
    ? 'An application whose pool has no error handler crashes with 57P01.'
    : 'An application whose pool has no error handler may have crashed with 57P01.';
  const why = [...seen, ...(known.every(isExplained) ? [] : [unknown])].slice(0, EXPLAINED).join(' ');
  const what = hypothetical
    ? `Before it may act, make sure that these bear the loss: ${who}.`
    : `Check that these still run, they lost sessions: ${who}.`;
  return [forOperator(`${what} ${why}`.trimEnd())];
}

function isExplained(technology: Technology | null): boolean {
  return technology !== null && SEEN[technology] !== undefined;
}

/** Judged by all of the group's sessions: the lost ones alone may have no habits to show. */
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

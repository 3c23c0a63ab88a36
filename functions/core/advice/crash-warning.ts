import { listText } from '../base/words.ts';
import type { RunRecord } from '../run/record.ts';
import { isHypothetical, mayHaveEnded, terminationsOf } from '../run/terminations.ts';
import { type ClientTechnology, isTool, technologyOf } from '../server/client-technology.ts';
import { groupName } from '../server/group-name.ts';
import { programNames } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import type { Group, Session } from '../server/session.ts';
import { type Advice, forOperator } from './advice.ts';
import { fixesFor } from './technology-texts.ts';

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
  const applications = listText(
    byName.map(([name, those]) => `${name} (${those.length})`),
    NAMED,
  );
  const all = record.snapshot?.sessions ?? [];
  const known = groups.map((those) => technologyIn(those, all, nameOf));
  const seen = new Set(known.flatMap(seenBy));
  const hypothetical = isHypothetical(record);
  const unknown = `${seen.size === 0 ? 'A' : 'a'}pplications without an error handler on the pool crash when a connection is ended (error 57P01)`;
  const why = [...seen, ...(known.every(isExplained) ? [] : [unknown])].slice(0, EXPLAINED).join('; ');
  const what = hypothetical
    ? `Before you switch to enforce, test that these applications survive losing connections: ${applications}`
    : `These applications lost sessions. Check that they still run: ${applications}`;
  const advice = forOperator(`${what}; for their developers: docs/guide/for-developers.md. ${why}.`);
  return [hypothetical ? advice : { ...advice, isUrgent: true }];
}

/** What the clients see, for each technology that they may use. */
function seenBy(technology: ClientTechnology | null): readonly string[] {
  return fixesFor(technology, 'whenEnded').map(({ fix }) => fix.text);
}

function isExplained(technology: ClientTechnology | null): boolean {
  return seenBy(technology).length > 0;
}

/** All sessions of the group count, because the lost ones alone may show no sign. */
function technologyIn(
  those: readonly Session[],
  all: readonly Session[],
  nameOf: (session: Session) => Group,
): ClientTechnology | null {
  const [first] = those;
  if (first === undefined) return null;
  const name = groupText(nameOf(first));
  const ofGroup = all.filter((session) => groupText(nameOf(session)) === name);
  return technologyOf(first.application, ofGroup);
}

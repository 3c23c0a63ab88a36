import { cleanName } from '../../core/base/clean-text.ts';
import type { Tried } from '../../core/run/terminations.ts';
import type { AttemptResult } from '../../core/run/verification.ts';
import type { Group } from '../../core/server/session.ts';
import type { Flavor } from '../../core/server/snapshot.ts';
import type { Facts } from '../base/facts.ts';
import { bounded, type Column, row, type Section, wrap } from '../base/layout.ts';
import { ageRange, ageText, counted, groupName, listText, ownerOf, usedText } from '../base/phrases.ts';
import { flavorOf, rightToEnd } from '../base/role-grants.ts';
import { namedPoolerTexts } from './named-poolers.ts';
import { releasedTexts } from './program-notes.ts';

/** Groups and rungs that fit on the first screen. */
const ON_SCREEN = 4;

const COLUMNS_OF_LOSSES: readonly Column[] = [
  { width: 5, align: 'right' },
  { width: 17, align: 'left' },
  { width: 17, align: 'left' },
  { width: 33, align: 'left' },
];

/** What came of the attempts that ended no session for sure, in the order in which they matter. */
const OTHER_RESULTS: readonly {
  readonly result: Exclude<AttemptResult, 'terminated'>;
  /** Where the meaning depends on it. */
  readonly unanswered?: boolean;
  readonly meaning: string | ((flavor: Flavor) => string);
}[] = [
  { result: 'gone', unanswered: true, meaning: 'gone without an answer: ended, or left by themselves' },
  { result: 'still-there', unanswered: false, meaning: 'told to end, still there when we looked' },
  { result: 'still-there', unanswered: true, meaning: 'still there when we looked, told to end or not' },
  { result: 'unknown', unanswered: false, meaning: 'told to end, nobody could see whether they did' },
  { result: 'unknown', unanswered: true, meaning: 'unknown: told to end or not, the answer never came' },
  { result: 'forbidden', meaning: (flavor) => `forbidden: our role needs ${rightToEnd(flavor)}` },
  { result: 'failed', meaning: 'failed: the statement ended in an error' },
  { result: 'changed', meaning: 'came back to life in the meantime, left alone' },
  { result: 'gone', unanswered: false, meaning: 'had left by themselves' },
];

export function whatWasDone(facts: Facts): Section {
  const title = `${facts.hypothetical ? 'WHAT WOULD BE DONE' : 'WHAT WAS DONE'}: ${endedText(facts)}`;
  if (facts.record.plan === null) return { title, lines: [] };
  return {
    title,
    lines: [
      ...lossRows(facts),
      ...otherRows(facts),
      ...wrap(poolerTexts(facts).join(' ')),
      ...wrap(limitTexts(facts).join(' ')),
      ...wrap(expectation(facts)),
    ],
  };
}

/** The same without tables. */
export function doneTexts(facts: Facts): readonly string[] {
  const groups = facts.lossesByGroup.map(
    ({ group, losses }) => `${losses.length} of ${groupName(group)} (${ageRange(losses.map(ageOf))})`,
  );
  const whose = listText(groups);
  const ended = facts.hypothetical ? `${whose} would end.` : `${endedText(facts)}: ${whose}.`;
  const others = otherResults(facts).map(({ count, meaning }) => `${count} ${meaning}.`);
  return [
    ...(groups.length === 0 ? [] : [ended]),
    ...others,
    ...poolerTexts(facts),
    ...limitTexts(facts),
    expectation(facts),
  ];
}

function poolerTexts({ losses, hypothetical }: Facts): readonly string[] {
  return namedPoolerTexts(
    losses.map(({ session }) => session),
    hypothetical,
  );
}

function endedText({ hypothetical, losses, perhaps, results }: Facts): string {
  const ended = `${counted(losses.length, 'session')} ended`;
  if (hypothetical) return ended;
  return `${ended}${countedAs(perhaps.length, 'perhaps')}${countedAs(results.get('unknown') ?? 0, 'not known')}`;
}

function countedAs(count: number, what: string): string {
  return count === 0 ? '' : `, ${count} ${what}`;
}

function otherRows(facts: Facts): readonly string[] {
  return otherResults(facts).map(({ count, meaning }) =>
    row(COLUMNS_OF_LOSSES.slice(0, 1), [String(count)]).concat(`  ${meaning}`),
  );
}

function otherResults(facts: Facts): readonly { readonly count: number; readonly meaning: string }[] {
  return OTHER_RESULTS.map(({ result, unanswered, meaning }) => {
    const isIt = (each: Tried) =>
      each.result === result && (unanswered === undefined || each.unanswered === unanswered);
    const text = typeof meaning === 'string' ? meaning : meaning(flavorOf(facts));
    return { count: facts.tried.filter(isIt).length, meaning: text };
  }).filter(({ count }) => count > 0);
}

function lossRows({ lossesByGroup }: Facts): readonly string[] {
  const rules = lossesByGroup.flatMap(({ group, losses }) =>
    [...Map.groupBy(losses, ruleText)].map(([rule, those]) => ({ group, rule, those })),
  );
  return bounded(
    rules,
    ON_SCREEN,
    ({ group, rule, those }) => lossRow(group, those, rule),
    (rest) =>
      row(COLUMNS_OF_LOSSES, [String(rest.flatMap(({ those }) => those).length), 'of other programs']),
  );
}

function lossRow(group: Group, losses: readonly Tried[], rule: string): string {
  const ages = losses.map(ageOf);
  return row(COLUMNS_OF_LOSSES, [
    String(losses.length),
    cleanName(group.application),
    ownerOf(group),
    `${ageRange(ages)}, ${rule}`,
  ]);
}

function ageOf({ reason, session }: Tried): number {
  return reason?.ageMs ?? session.stateAgeMs ?? 0;
}

/** Which rule of the policy chose it. */
export function ruleText({ reason }: Pick<Tried, 'reason'>): string {
  if (reason === null) return 'for another';
  if (reason.purpose === 'reap') return `reap ${ageText(reason.minAgeMs)}`;
  return `rung ${reason.rung} (${ageText(reason.minAgeMs)})`;
}

/** What cut the plan, and what it lacks because of that or because nobody else may go. */
function limitTexts({ record }: Facts): readonly string[] {
  const { limits = [], missing = 0, victims = [] } = record.plan ?? {};
  const cuts = limits.map(({ limit, allowed, wanted }) => {
    const value = limit === 'firstPlan' ? '' : ` ${record.policy.limits[limit]}`;
    return `Limit ${limit}${value} allows ${allowed} of the ${counted(wanted, 'session')} wanted.`;
  });
  const why = limits.length > 0 ? 'because of that' : 'because the policy lets no more sessions go';
  const short = missing > 0 ? [`${counted(missing, 'slot is', 'slots are')} missing ${why}.`] : [];
  return [...cuts, ...short, ...releasedTexts({ victims }, record.snapshot)];
}

/** What the plan promises, for runs that only say what they would do. */
function expectation({ hypothetical, before, losses }: Facts): string {
  if (!hypothetical || before === null || losses.length === 0) return '';
  const { scope } = before;
  const serving =
    scope.kind === 'server' ? losses : losses.filter(({ reason }) => reason?.serves.includes(scope));
  return `Expected then: ${usedText({ ...before, used: before.used - serving.length })}.`;
}

import { cleanName } from '../core/clean-text.ts';
import type { AttemptResult } from '../core/verification.ts';
import type { Facts, Tried } from './facts.ts';
import { bounded, type Column, row, type Section, wrap } from './layout.ts';
import { ageRange, ageText, counted, ownerOf, usedText } from './words.ts';

/** Groups and rungs that fit on the first screen. */
const ON_SCREEN = 4;

const COLUMNS_OF_LOSSES: readonly Column[] = [
  { width: 5, align: 'right' },
  { width: 17, align: 'left' },
  { width: 17, align: 'left' },
  { width: 33, align: 'left' },
];

/** What came of the attempts that ended no session, in the order in which they matter. */
const OTHER_RESULTS: readonly (readonly [Exclude<AttemptResult, 'terminated'>, string])[] = [
  ['still-there', 'told to end, still there when we looked'],
  ['unknown', 'unknown: told to end or not, the answer never came'],
  ['forbidden', 'forbidden: our role needs pg_signal_backend'],
  ['failed', 'failed: the statement ended in an error'],
  ['changed', 'came back to life in the meantime, left alone'],
  ['gone', 'had left by themselves'],
];

export function whatWasDone(facts: Facts): Section {
  const { hypothetical, losses, results, record } = facts;
  const ended = counted(losses.length, 'session');
  const unknown = results.get('unknown') ?? 0;
  const more = unknown === 0 ? '' : `, ${unknown} not known`;
  const title = hypothetical ? `WHAT WOULD BE DONE: ${ended} ended` : `WHAT WAS DONE: ${ended} ended${more}`;
  if (record.plan === null) return { title, lines: [] };
  const others = OTHER_RESULTS.flatMap(([result, meaning]) => {
    const count = results.get(result) ?? 0;
    return count > 0 ? [row(COLUMNS_OF_LOSSES.slice(0, 1), [String(count)]).concat(`  ${meaning}`)] : [];
  });
  return {
    title,
    lines: [...lossRows(facts), ...others, ...limitLines(facts), ...expectation(facts)],
  };
}

function lossRows({ lossesByGroup }: Facts): readonly string[] {
  const rules = lossesByGroup.flatMap(({ losses }) => [...Map.groupBy(losses, ruleText)]);
  return bounded(
    rules,
    ON_SCREEN,
    ([rule, those]) => lossRow(those, rule),
    (rest) => row(COLUMNS_OF_LOSSES, [String(rest.flatMap(([, those]) => those).length), 'of other groups']),
  );
}

function lossRow(losses: readonly Tried[], rule: string): string {
  const session = losses[0]?.session;
  const group = { user: session?.user ?? '', database: session?.database ?? '' };
  const ages = losses.map(({ reason, session }) => reason?.ageMs ?? session.stateAgeMs ?? 0);
  return row(COLUMNS_OF_LOSSES, [
    String(losses.length),
    cleanName(session?.application ?? ''),
    ownerOf({ application: '', ...group }),
    `${ageRange(ages)}, ${rule}`,
  ]);
}

/** Which rule of the policy chose it. */
function ruleText({ reason }: Tried): string {
  if (reason === null) return 'for another';
  if (reason.purpose === 'reap') return `reap ${ageText(reason.minAgeMs)}`;
  return `rung ${reason.rung} (${ageText(reason.minAgeMs)})`;
}

/** What cut the plan, and what it lacks because of that or because nobody else may go. */
function limitLines({ record }: Facts): readonly string[] {
  const { limits = [], missing = 0 } = record.plan ?? {};
  const cuts = limits.map(({ limit, allowed, wanted }) => {
    const value = limit === 'firstPlan' ? '' : ` ${record.policy.limits[limit]}`;
    return `Limit ${limit}${value} allows ${allowed} of the ${counted(wanted, 'session')} wanted.`;
  });
  const why = limits.length > 0 ? 'because of that' : 'because the policy lets no more sessions go';
  const short = missing > 0 ? [`${counted(missing, 'slot is', 'slots are')} missing ${why}.`] : [];
  return wrap([...cuts, ...short].join(' '));
}

/** What the plan promises, for runs that only say what they would do. */
function expectation({ hypothetical, before, losses }: Facts): readonly string[] {
  if (!hypothetical || before === null || losses.length === 0) return [];
  const { scope } = before;
  const serving =
    scope.kind === 'server' ? losses : losses.filter(({ reason }) => reason?.serves.includes(scope));
  return wrap(`Expected then: ${usedText({ ...before, used: before.used - serving.length })}.`);
}

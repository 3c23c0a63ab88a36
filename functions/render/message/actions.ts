import { cleanName } from '../../core/base/clean-text.ts';
import type { LimitCut } from '../../core/plan/plan.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { AttemptResult } from '../../core/run/record.ts';
import type { Termination } from '../../core/run/terminations.ts';
import type { Group } from '../../core/server/session.ts';
import type { Flavor } from '../../core/server/snapshot.ts';
import type { Facts } from '../base/facts.ts';
import { heldBySuperusers } from '../base/held-by-superusers.ts';
import { bounded, type Section, wrap } from '../base/layout.ts';
import { ageRange, ageText, counted, groupName, ownerOf, usedText } from '../base/phrases.ts';
import { flavorOf, rightToEnd } from '../base/role-grants.ts';
import { namedPoolerTexts } from './named-poolers.ts';
import { releasedTexts } from './program-notes.ts';

/** Groups and rungs that fit on the first screen. */
const ON_SCREEN = 4;

/** The page has names in full. */
const MAX_NAME = 24;
const FIRST_STEPS = ['first', 'second', 'third', 'fourth', 'fifth'] as const;

/** The results of attempts that did not certainly end a session, the most important first. */
const OTHER_RESULTS: readonly {
  readonly result: Exclude<AttemptResult, 'terminated'>;
  /** Given when the meaning depends on it. */
  readonly unanswered?: boolean;
  readonly meaning: (was: 'was' | 'were', flavor: Flavor) => string;
}[] = [
  {
    result: 'gone',
    unanswered: true,
    meaning: () => 'disconnected, and no answer came: ended by us or by the client',
  },
  {
    result: 'still-there',
    unanswered: false,
    meaning: (was) => `${was} told to end and ${was} still there when we checked`,
  },
  {
    result: 'still-there',
    unanswered: true,
    meaning: (was) => `${was} still there: we do not know whether the request arrived`,
  },
  {
    result: 'unknown',
    unanswered: false,
    meaning: (was) => `${was} told to end: we do not know whether ${was === 'was' ? 'it' : 'they'} did`,
  },
  {
    result: 'unknown',
    unanswered: true,
    meaning: () => 'gave no answer: we do not know whether the request arrived',
  },
  { result: 'forbidden', meaning: (_, flavor) => `not allowed: our role needs ${rightToEnd(flavor)}` },
  { result: 'failed', meaning: () => 'not ended: the statement failed' },
  { result: 'changed', meaning: (was) => `became active again and ${was} left alone` },
  { result: 'gone', unanswered: false, meaning: () => 'had already disconnected' },
];

export function whatWasDone(facts: Facts): Section {
  const title = facts.hypothetical
    ? `WHAT WOULD BE DONE: end ${counted(facts.losses.length, 'session')}`
    : `WHAT WAS DONE: ${endedText(facts)}`;
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

function poolerTexts({ losses, hypothetical }: Facts): readonly string[] {
  return namedPoolerTexts(
    losses.map(({ session }) => session),
    hypothetical,
  );
}

function endedText({ losses, perhaps, results }: Facts): string {
  const unknown = results.get('unknown') ?? 0;
  if (losses.length === 0 && perhaps.length === 0 && unknown > 0)
    return `${counted(unknown, 'session')} ${unknown === 1 ? 'was' : 'were'} told to end, result not known`;
  const more = perhaps.length === 0 ? '' : `, perhaps ${perhaps.length} more`;
  const open = unknown === 0 ? '' : `, result of ${unknown} not known`;
  return `${counted(losses.length, 'session')} ended${more}${open}`;
}

function otherRows(facts: Facts): readonly string[] {
  return otherResults(facts).flatMap(({ count, meaning }) => countedLine(count, meaning));
}

/** A count with the text beside it. Further lines of a long text are indented. */
function countedLine(count: number, text: string): readonly string[] {
  return wrap(text, 9, `${count}  `);
}

export function otherResults(facts: Facts): readonly { readonly count: number; readonly meaning: string }[] {
  return OTHER_RESULTS.map(({ result, unanswered, meaning }) => {
    const isIt = (each: Termination) =>
      each.result === result && (unanswered === undefined || each.unanswered === unanswered);
    const count = facts.terminations.filter(isIt).length;
    return { count, meaning: meaning(count === 1 ? 'was' : 'were', flavorOf(facts)) };
  }).filter(({ count }) => count > 0);
}

function lossRows({ lossesByGroup }: Facts): readonly string[] {
  const rules = lossesByGroup.flatMap(({ group, losses }) =>
    [...Map.groupBy(losses, ruleText)].map(([rule, those]) => ({ group, rule, those })),
  );
  return bounded(
    rules,
    ON_SCREEN,
    ({ group, rule, those }) => {
      const isShared = lossesByGroup.some(
        (each) => each.group !== group && groupName(each.group) === groupName(group),
      );
      return lossLine(group, isShared ? ` (${ownerOf(group, MAX_NAME)})` : '', those, rule);
    },
    (rest) => countedLine(rest.flatMap(({ those }) => those).length, 'of other programs').join('\n'),
  );
}

/** The owner is shown when two programs have the same name. */
function lossLine(group: Group, owner: string, losses: readonly Termination[], rule: string): string {
  const ages = `${stateOf(losses)}${ageRange(losses.map(ageOf))}`;
  return countedLine(losses.length, `${groupName(group, MAX_NAME)}${owner}, ${ages} (${rule})`).join('\n');
}

/** `idle ` when all sessions were in one state. */
export function stateOf(losses: readonly Termination[]): string {
  const [state, ...others] = new Set(losses.map(({ session }) => session.state));
  return others.length > 0 || !state ? '' : `${cleanName(state)} `;
}

export function ageOf({ reason, session }: Termination): number {
  return reason?.ageMs ?? session.stateAgeMs ?? 0;
}

/** The rule of the policy that chose it. */
export function ruleText({ reason }: Pick<Termination, 'reason'>): string {
  if (reason === null) return 'chosen in a later round';
  if (reason.purpose === 'reap') return `the policy reaps from ${ageText(reason.minAgeMs)}`;
  const { rung } = reason;
  const step = rung === null ? undefined : FIRST_STEPS[rung - 1];
  return `the policy's ${step ? `${step} step` : `step ${rung}`}: ${ageText(reason.minAgeMs)}`;
}

/**
 * The limits that cut the plan, and the slots that are missing because of them or because no other session
 * may end.
 */
export function limitTexts({ record }: Facts): readonly string[] {
  const { limits = [], missing = 0, victims = [] } = record.plan ?? {};
  const cuts = limits.map(
    ({ limit, allowed, wanted }) =>
      `${wanted} ${wanted === 1 ? 'was' : 'were'} needed, ${limitText(limit, record.policy)} allows ${allowed}`,
  );
  const short = missing > 0 ? [`${counted(missing, 'slot is', 'slots are')} still missing`] : [];
  const why =
    limits.length > 0 || missing === 0
      ? []
      : [
          heldBySuperusers(record)
            ? 'no run ends sessions of superusers'
            : 'the policy spares all other sessions',
        ];
  const reasons = [...(cuts.length > 0 ? [cuts.join('; ')] : []), ...short, ...why].join(': ');
  return [...(reasons === '' ? [] : [`${reasons}.`]), ...releasedTexts({ victims }, record.snapshot)];
}

/** The limit in words. */
function limitText(limit: LimitCut['limit'], { limits }: Policy): string {
  switch (limit) {
    case 'maxPercent':
      return `your limit of ${limits.maxPercent} %`;
    case 'maxVictims':
      return `your limit of ${counted(limits.maxVictims, 'session')} (maxVictims)`;
    case 'firstPlan':
      return 'what the first plan of this run left over';
    default: {
      const never: never = limit;
      return never;
    }
  }
}

/** What the plan promises, for runs that only observe. */
export function expectation({ hypothetical, before, losses }: Facts): string {
  if (!hypothetical || before === null || losses.length === 0) return '';
  const { scope } = before;
  const serving =
    scope.kind === 'server' ? losses : losses.filter(({ reason }) => reason?.serves.includes(scope));
  return `That would leave ${usedText({ ...before, used: before.used - serving.length })}.`;
}

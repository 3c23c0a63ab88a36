import { type Advice, forOperator, sqlPaste } from '../../core/advice/advice.ts';
import { adviseOn } from '../../core/advice/advise.ts';
import { crashWarning } from '../../core/advice/crash-warning.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import { memoizeByObject } from '../../core/base/memoize.ts';
import type { Facts } from '../base/facts.ts';
import { type Section, wrap } from '../base/layout.ts';
import { pasteLines } from '../base/paste-lines.ts';
import { counted } from '../base/phrases.ts';
import { flavorOf, rightToEnd } from '../base/role-grants.ts';
import { shellWord } from '../base/shell-word.ts';
import { quoteIdentifier } from '../base/sql.ts';
import { outcomeSteps } from './outcome-steps.ts';

/** People do not read more at night. There is always room for some advice. */
const MOST_STEPS = 6;
const LEAST_ADVICE = 2;
/** There is always room for this many lines. */
const LEAST_LINES = 5;

/**
 * The first steps, as many as fit into `room` lines, and the rest for the details. The first step always
 * fits.
 */
export function nextSteps(
  steps: readonly Advice[],
  room: number,
): { readonly first: Section; readonly rest: Section } {
  const count = fitting(steps, Math.max(LEAST_LINES, room));
  const more = steps.length - count;
  const below =
    more > 0 ? wrap(`${counted(more, 'more step is', 'more steps are')} below, with the details.`, 5) : [];
  return {
    first: { title: 'WHAT NEXT', lines: [...stepLines(steps.slice(0, count)), ...below] },
    rest: { title: 'DETAILS: WHAT ELSE', lines: stepLines(steps.slice(count), count) },
  };
}

/** How many of the first steps fit. The line about the rest counts too. */
function fitting(steps: readonly Advice[], room: number): number {
  if (stepLines(steps).length <= room) return steps.length;
  const most = steps.findLastIndex((_, at) => stepLines(steps.slice(0, at + 1)).length < room);
  return Math.max(1, most + 1);
}

/**
 * The steps of the outcome come first, then the step that allows a run to act. Advice never takes their room.
 */
export function stepsOf(facts: Facts): readonly Advice[] {
  const { outcome, problem } = facts.record;
  const own = [...outcomeSteps(outcome, problem?.code ?? null, facts), ...missingGrant(facts)].map(
    (step) => ({ ...step, isUrgent: true as const }),
  );
  const enforce = toEnforce(facts);
  const advice = adviceOn(facts);
  const now = advice.filter(({ isNow }) => isNow);
  const [first, ...more] = advice.filter(({ isNow }) => !isNow);
  const room = Math.max(
    now.length > 0 ? 1 : LEAST_ADVICE,
    MOST_STEPS - now.length - own.length - enforce.length,
  );
  return [...now, ...own, ...(first ? [first] : []), ...enforce, ...more.slice(0, room - 1)];
}

/** The numbers continue after those of the steps before. */
export function stepLines(steps: readonly Advice[], before = 0): readonly string[] {
  return steps.flatMap(({ text, paste }, at) => [
    ...wrap(text, 5, `${before + at + 1}. `),
    ...pasteLines(paste).map((line) => `       ${line}`),
  ]);
}

function missingGrant(facts: Facts): readonly Advice[] {
  const { results, ownRole } = facts;
  const forbidden = results.get('forbidden') ?? 0;
  if (forbidden === 0 || ownRole === null) return [];
  return [
    forOperator(
      `Our role was not allowed to end ${counted(forbidden, 'session')}. It needs:`,
      sqlPaste([`GRANT ${rightToEnd(flavorOf(facts))} TO ${quoteIdentifier(ownRole)};`]),
    ),
  ];
}

/**
 * A run without a cause may still have ended sessions, so that the warning about crashes is needed. The mail and the chat have
 * the same advice.
 */
const adviceOn = memoizeByObject(({ record, diagnosis }: Facts): readonly Advice[] =>
  diagnosis === null ? crashWarning(record) : adviseOn(record, diagnosis),
);

function toEnforce({ record, losses }: Facts): readonly Advice[] {
  if (record.mode !== 'observe' || losses.length === 0) return [];
  if (record.fleet !== undefined) {
    const why = `headroom fleet why ${shellWord(record.server)}`;
    return [forOperator('To let it act, see what holds it down:', { language: 'shell', lines: [why] })];
  }
  if (record.policy.mode === 'enforce')
    return [forOperator('Sweeps act again when the memory table can be read. Fix the error above.')];
  return [
    forOperator(
      `To let it act, set "mode": "enforce" in the policy of ${cleanName(record.server)} and deploy.`,
    ),
  ];
}

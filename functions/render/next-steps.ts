import { limitPaste, sharedBy } from '../core/advice/cap-role.ts';
import { crashWarning } from '../core/advice/crash-warning.ts';
import { type Advice, forOperator, sqlPaste } from '../core/advice.ts';
import { cleanName } from '../core/clean-text.ts';
import { roleLimitFor } from '../core/role-limit.ts';
import type { Facts } from './facts.ts';
import { type Section, wrap } from './layout.ts';
import { outcomeSteps } from './outcome-steps.ts';
import { quoteIdentifier } from './sql.ts';
import { counted, groupName } from './words.ts';

/** Nothing is known well enough to leave less room for what to do. */
const LEAST_LINES = 6;

/** What to do first, as much of it as `room` lines hold, and what is left for the details. The first always fits. */
export function whatNext(
  steps: readonly Advice[],
  room: number,
): { readonly first: Section; readonly rest: Section } {
  const count = fitting(steps, Math.max(LEAST_LINES, room));
  const more = steps.length - count;
  const below = more > 0 ? wrap(`${more} more below, with the details.`, 5) : [];
  return {
    first: { title: 'WHAT NEXT', lines: [...stepLines(steps.slice(0, count)), ...below] },
    rest: { title: 'DETAILS: WHAT ELSE', lines: stepLines(steps.slice(count), count) },
  };
}

/** How many of the first fit; a line for the rest counts. */
function fitting(steps: readonly Advice[], room: number): number {
  if (stepLines(steps).length <= room) return steps.length;
  const most = steps.findLastIndex((_, at) => stepLines(steps.slice(0, at + 1)).length < room);
  return Math.max(1, most + 1);
}

export function stepsOf(facts: Facts): readonly Advice[] {
  const { outcome, problem } = facts.record;
  return [
    ...outcomeSteps(outcome, problem?.code ?? null, facts),
    ...missingGrant(facts),
    ...crashWarning(facts.record),
    ...roleLimit(facts),
    ...askOwners(facts),
    ...toEnforce(facts),
  ];
}

/** Numbered on from those that were told before. */
export function stepLines(steps: readonly Advice[], before = 0): readonly string[] {
  return steps.flatMap(({ text, paste }, at) => [
    ...wrap(text, 5, `${before + at + 1}. `),
    ...pasteLines(paste).map((line) => `       ${line}`),
  ]);
}

/** What to paste, with its way back as comments. */
export function pasteLines(paste: Advice['paste']): readonly string[] {
  if (paste === undefined) return [];
  return [...paste.lines, ...(paste.undo ?? []).map((line) => `-- undo: ${line}`)];
}

function missingGrant({ results, ownRole }: Facts): readonly Advice[] {
  const forbidden = results.get('forbidden') ?? 0;
  if (forbidden === 0 || ownRole === null) return [];
  return [
    forOperator(
      `The server did not let our role end ${counted(forbidden, 'session')}. It needs:`,
      sqlPaste([`GRANT pg_signal_backend TO ${quoteIdentifier(ownRole)};`]),
    ),
  ];
}

function roleLimit({ record, ranking }: Facts): readonly Advice[] {
  const need = record.plan?.pressure.find(({ scope }) => scope.kind === 'server')?.need ?? 0;
  const limit =
    record.snapshot === null
      ? null
      : roleLimitFor(record.snapshot, ranking?.leading?.group.user ?? null, need);
  if (limit === null) return [];
  const text = `To keep role ${cleanName(limit.role)} from filling the server again, cap it at ${limit.limit} (it held ${limit.held}). Open sessions stay, new ones over the limit are refused.`;
  return [forOperator(`${text}${sharedBy(limit)}`, limitPaste(limit))];
}

/** Only where slots were short: nobody is asked about a server that is well. */
function askOwners({ leading, before }: Facts): readonly Advice[] {
  // Clients that have not logged in are nobody's yet.
  if (leading === null || leading.group.user === '' || !before?.under) return [];
  const idle = leading.states.find(({ state }) => state === 'idle')?.count ?? 0;
  const held = `${counted(leading.sessions, 'session')}, ${idle === 0 ? 'none' : idle} of them idle`;
  return [forOperator(`Ask the owners of ${groupName(leading.group)} why it held ${held}.`)];
}

function toEnforce({ record, losses }: Facts): readonly Advice[] {
  if (record.mode !== 'observe' || losses.length === 0) return [];
  if (record.policy.mode === 'enforce')
    return [forOperator('Sweeps act again once memory can be read: correct what is said above.')];
  return [
    forOperator(
      `To let it act, set "mode": "enforce" in the policy of ${cleanName(record.server)} and deploy.`,
    ),
  ];
}

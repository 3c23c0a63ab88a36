import { cleanName } from '../../core/base/clean-text.ts';
import { counted, listText } from '../../core/base/words.ts';
import type { BudgetVerdict, JudgedLimit, JudgedLine } from '../../core/budget/judge-budget.ts';
import { timeText } from './phrases.ts';

/** The limit with its name: `role app of orders`. */
export function limitText({ scope, of, name }: Pick<JudgedLimit, 'scope' | 'of' | 'name'>): string {
  const place = cleanName(of);
  switch (scope) {
    case 'server':
      return `server ${place}`;
    case 'role':
    case 'database':
      return `${scope} ${cleanName(name)} of ${place}`;
    case 'clients':
      return `clients of ${place}`;
    default: {
      const never: never = scope;
      return never;
    }
  }
}

export function budgetHeadline({ fits, limits }: BudgetVerdict): string {
  if (fits) return 'Fits: in the worst case every limit holds.';
  const [worst, ...more] = limits.filter(({ over }) => over > 0).toSorted((a, b) => b.over - a.over);
  if (worst === undefined) return '';
  const others = more.length === 0 ? '' : `, and ${counted(more.length, 'more limit')}`;
  return `Over budget: ${limitText(worst)}, ${counted(worst.over, 'slot')} too many${others}.`;
}

export function largestText({ largest }: JudgedLine): string {
  if (largest === null) return 'none';
  return largest === 'any' ? 'any' : String(largest);
}

/** What a person has to know besides the tables. */
export function budgetRemarks(verdict: BudgetVerdict, leftOut: readonly string[]): readonly string[] {
  return [
    ...room(verdict),
    ...broken(verdict),
    ...cures(verdict),
    ...seenRemarks(verdict),
    ...leftOutRemark(leftOut),
  ];
}

/** Where least is left. */
function room({ fits, limits }: BudgetVerdict): readonly string[] {
  const [tightest] = limits.toSorted((a, b) => a.most - a.worst - (b.most - b.worst));
  if (!fits || tightest === undefined) return [];
  const left = counted(tightest.most - tightest.worst, 'slot');
  return [
    `Least is left of ${limitText(tightest)}: ${tightest.worst} of ${tightest.most}, ${left} to spare.`,
  ];
}

/** Which lines ask for most of a limit that breaks. */
function broken({ limits }: BudgetVerdict): readonly string[] {
  return limits
    .filter(({ over }) => over > 0)
    .map((limit) => {
      const largest = limit.lines.slice(0, 3).map(({ name, worst }) => `${cleanName(name)} ${worst}`);
      const rest = limit.lines.slice(3).reduce((sum, { worst }) => sum + worst, 0);
      const all = [...largest, ...(rest === 0 ? [] : [`${limit.lines.length - 3} others ${rest}`])].join(
        ', ',
      );
      return `${limitText(limit)}: ${limit.worst} of ${limit.most}, ${limit.over} too many (${all}).`;
    });
}

function cures({ fits, lines }: BudgetVerdict): readonly string[] {
  if (fits) return [];
  const one = lines.filter(({ largest, pool }) => typeof largest === 'number' && largest < pool);
  if (one.length === 0)
    return [
      'No single line suffices: even with one connection in each of its pools something breaks. Make several smaller, or lower their copies.',
    ];
  const texts = one.map(({ name, largest, pool }) => `${cleanName(name)} to ${largest} (now ${pool})`);
  return [`One of these alone mends it, as the largest pool that fits: ${listText(texts, 10)}.`];
}

function seenRemarks({ limits, peaks, unnamed }: BudgetVerdict): readonly string[] {
  const peak = peaks.map(
    ({ server, used, usable, at }) =>
      `The most seen of ${cleanName(server)}: ${used} of ${usable} usable slots, at ${timeText(at)}.`,
  );
  const beyond = limits
    .filter(({ seen, worst }) => seen !== null && seen > worst)
    .map(
      (limit) =>
        `${limitText(limit)} really had ${limit.seen}, and the lines add up to ${limit.worst}: a line is missing, or too small.`,
    );
  const roles = unnamed.map(({ role, sessions }) => `${cleanName(role)} (${sessions})`);
  const others =
    roles.length === 0 ? [] : [`Roles that no line names had sessions too: ${listText(roles, 5)}.`];
  return [...peak, ...beyond, ...others];
}

function leftOutRemark(leftOut: readonly string[]): readonly string[] {
  if (leftOut.length === 0) return [];
  return [
    `No database was found in ${listText(
      leftOut.map((name) => cleanName(name)),
      5,
    )}.`,
  ];
}

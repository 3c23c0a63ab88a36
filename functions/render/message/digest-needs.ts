import { counted, listText } from '../../core/base/words.ts';
import { type CellName, type FleetDigest, FORGOTTEN_DAYS } from '../../core/fleet/fleet-digest.ts';
import { STEP_WORDS } from '../base/ladder-words.ts';
import { timeText } from '../base/phrases.ts';
import { GAP_WORDS } from './gap-words.ts';

const MOST_GAPS = 6;
const MOST_CELLS = 10;
/** A mail names more cells that are silent than anything else. */
const MOST_ACCOUNTS = 40;
const MOST_REGIONS = 8;

/** What a person has to do, and the one next command. Each of its words is ours: a cell of another account chooses none. */
type DigestNeed = { readonly says: string; readonly command: string };

export function needTexts({ gaps, unwell }: FleetDigest): readonly DigestNeed[] {
  return [
    ...unwellNeeds(unwell),
    ...gaps.slice(0, MOST_GAPS).map(gapNeed),
    ...restNeeds(gaps.slice(MOST_GAPS)),
  ];
}

function unwellNeeds(unwell: FleetDigest['unwell']): readonly DigestNeed[] {
  const [worst] = unwell.toSorted((one, other) => other.databases - one.databases);
  if (worst === undefined) return [];
  const sum = unwell.reduce((all, { databases }) => all + databases, 0);
  const such = worst.names.length === 0 ? '' : `, such as ${listText(worst.names)}`;
  const says = `unwell: ${counted(sum, 'database')} out of reach or with an open incident${such}${spreadText(unwell.length, worst)}.`;
  return [{ says, command: commandIn(worst, 'status') }];
}

function gapNeed({ step, problem, databases, cells, most }: FleetDigest['gaps'][number]): DigestNeed {
  const what = `${counted(databases, 'database')} ${GAP_WORDS[problem]}${spreadText(cells, most)}.`;
  return step === 'other'
    ? { says: `another step: ${what}`, command: commandIn(most, 'status') }
    : { says: `${STEP_WORDS[step]}: ${what}`, command: commandIn(most, `list --at ${step}`) };
}

function restNeeds(rest: FleetDigest['gaps']): readonly DigestNeed[] {
  const [first] = rest;
  if (first === undefined) return [];
  const says = `${counted(rest.length, 'more reason')}, each of as many databases or fewer.`;
  return [{ says, command: commandIn(first.most, 'status') }];
}

function spreadText(cells: number, most: CellName): string {
  return cells === 1 ? `, in ${cellText(most)}` : `, in ${counted(cells, 'cell')}, most in ${cellText(most)}`;
}

export function cellText({ account, region }: CellName): string {
  return `${account} ${region}`;
}

function commandIn({ account, region }: CellName, what: string): string {
  return `headroom fleet ${what} --region ${region}   # as account ${account}`;
}

/** Cells that run, but do not see or use everything. */
export function impairedTexts({ impaired }: FleetDigest): readonly string[] {
  return listed(impaired, (cell) => {
    const { isBlind, isCutOff, badPolicies, unreadable } = cell;
    const faults = [
      ...(isBlind ? ['the API of RDS does not answer'] : []),
      ...(isCutOff ? ["the organisation's bucket does not answer"] : []),
      ...(badPolicies === 0 ? [] : [`${counted(badPolicies, 'policy', 'policies')} cannot be used`]),
      ...(unreadable === 0 ? [] : [`${counted(unreadable, 'item')} of the registry cannot be read`]),
    ];
    return `${cellText(cell)}: ${faults.join(', ')}.`;
  });
}

/** Silence is not health: each silent cell is named, and its databases are not among the numbers. */
export function silentLines({ silent, unread }: FleetDigest): readonly string[] {
  const texts = [
    ...byAccount(silent, (some) => `last on ${timeText(new Date(lastOf(some)).toISOString())}.`),
    ...byAccount(
      unread,
      () =>
        'which sent no summary that this digest understands: deploy a newer digest, or find out what sent it.',
    ),
  ];
  if (texts.length === 0) return [];
  const [first] = silent;
  return [
    `Their databases are not counted below. A cell that was removed is forgotten after ${FORGOTTEN_DAYS} days.`,
    ...texts.map((each) => `- ${each}`),
    ...(first === undefined ? [] : [`    ${alarmCommand(first)}`]),
  ];
}

/** One line an account: one that claims many regions hides no other. */
function byAccount<Cell extends CellName>(
  cells: readonly Cell[],
  saysOf: (some: readonly Cell[]) => string,
): readonly string[] {
  const accounts = [...Map.groupBy(cells, ({ account }) => account)];
  const lineOf = ([account, some]: (typeof accounts)[number]) => {
    const regions = listText(
      some.map(({ region }) => region),
      MOST_REGIONS,
    );
    return `${account} ${regions}, ${saysOf(some)}`;
  };
  return listed(accounts, lineOf, { most: MOST_ACCOUNTS, one: 'more account' });
}

function lastOf(cells: FleetDigest['silent']): number {
  return Math.max(...cells.map(({ heardAt }) => heardAt));
}

/** The alarm of the cell tells whether its dispatcher is silent too, or only the way to the bus is broken. */
function alarmCommand({ account, region }: CellName): string {
  return `aws cloudwatch describe-alarms --alarm-names pg-headroom-fleet-unwell --region ${region}   # as account ${account}`;
}

/** Cells of another version than the digest's own, by the version alone: what a cell says of itself proves nothing. */
export function versionTexts({ codes }: FleetDigest, code: string): readonly string[] {
  const others = codes.filter((each) => each.code !== code);
  const textOf = ({ code: other, cells, first }: FleetDigest['codes'][number]) => {
    const where = cells === 1 ? cellText(first) : `${counted(cells, 'cell')}, such as ${cellText(first)}`;
    const runs = cells === 1 ? 'runs' : 'run';
    if (other === 'other') return `${where}: ${runs} code without a version.`;
    return `${where}: ${runs} ${other}, ${AGES[ageOf(other, code)]} ${code} of this digest.`;
  };
  return listed(others, textOf, { most: MOST_CELLS, one: 'more version' });
}

const AGES = { older: 'older than', same: 'another build than', newer: 'newer than' } as const;

function ageOf(one: string, other: string): keyof typeof AGES {
  const [these, those] = [one, other].map((code) => (code.split('+')[0] ?? '').split('.').map(Number));
  const differing = (these ?? []).findIndex((part, at) => part !== those?.[at]);
  if (differing < 0) return 'same';
  return (these?.[differing] ?? 0) < (those?.[differing] ?? 0) ? 'older' : 'newer';
}

function listed<Item>(
  items: readonly Item[],
  textOf: (item: Item) => string,
  { most, one } = { most: MOST_CELLS, one: 'more cell' },
): readonly string[] {
  const rest = items.length - most;
  return [...items.slice(0, most).map(textOf), ...(rest > 0 ? [`${counted(rest, one)}.`] : [])];
}

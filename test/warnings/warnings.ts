import { FRESH } from './fresh-rhythms.ts';
import { HELD_BACK } from './held-back-rhythms.ts';
import {
  healthyMonth,
  type Leak,
  leaksFrom,
  leaksOf,
  type Month,
  PACES,
  percentile,
  seeds,
} from './judge.ts';
import { NEW } from './new-rhythms.ts';
import { type Form, JUDGED } from './rhythms.ts';
import { UNSEEN } from './unseen-rhythms.ts';

/**
 * Prints how good early warnings are: false ones in a server and month without a leak, and how long before the server is
 * full people are told of a leak. `npm run warnings [months] [leaks] [set]`, 504, 240 and all sets by default.
 */

const SETS = {
  judged: { title: 'Judged', rhythms: JUDGED, months: 1_000_000, leaks: 9_000_000 },
  'held-back': {
    title: 'To which no figure was fitted',
    rhythms: HELD_BACK,
    months: 20_000_000,
    leaks: 30_000_000,
  },
  fresh: {
    title: 'On which the range of two days was chosen',
    rhythms: FRESH,
    months: 40_000_000,
    leaks: 50_000_000,
  },
  new: { title: 'Written after all rules but one', rhythms: NEW, months: 60_000_000, leaks: 80_000_000 },
  unseen: {
    title: 'Written before the last rule, and unseen',
    rhythms: UNSEEN,
    months: 100_000_000,
    leaks: 110_000_000,
  },
} as const;

const [months = '504', leaks = '240', only] = process.argv.slice(2);
for (const [name, set] of Object.entries(SETS)) {
  if (only !== undefined && only !== name) continue;
  console.log(`\n${set.title}:\n`);
  falseWarnings(set.rhythms, Number(months), set.months);
  leadTimes(set.rhythms, Number(leaks), set.leaks);
}

function falseWarnings(rhythms: Readonly<Record<string, Form>>, count: number, first: number): void {
  const all = [...seeds(rhythms, count, first)].map(({ named, seed }) => healthyMonth(named, seed, 'judged'));
  console.log(
    '| rhythm | server-months | warnings a month | false ones a month | worst month |\n| --- | ---: | ---: | ---: | ---: |',
  );
  for (const rhythm of Object.keys(rhythms)) {
    const those = all.filter((month) => month.rhythm === rhythm);
    row(rhythm, those);
  }
  row('all', all);
}

function row(name: string, months: readonly Month[]): void {
  const a = (of: (month: Month) => number) =>
    (months.reduce((sum, month) => sum + of(month), 0) / Math.max(1, months.length)).toFixed(2);
  const worst = Math.max(...months.map((month) => month.false));
  console.log(
    `| ${name} | ${months.length} | ${a(({ warnings }) => warnings)} | ${a((month) => month.false)} | ${worst} |`,
  );
}

/** A row for each pace, of the leaks that really took so long, and one for each goal. */
function leadTimes(rhythms: Readonly<Record<string, Form>>, count: number, first: number): void {
  console.log(
    '\n| minutes from the usual level to full | leaks | 5th percentile | median | not told |\n| ---: | ---: | ---: | ---: | ---: |',
  );
  const all = [...seeds(rhythms, count, first)].flatMap(({ named, seed }) => leaksOf(named, seed, 'judged'));
  const [least] = PACES;
  leakRow(`less than ${least}`, leaksFrom(all, 0, least));
  for (const [index, pace] of PACES.entries()) leakRow(`${pace}`, leaksFrom(all, pace, PACES[index + 1]));
  for (const goal of [45, 60]) leakRow(`${goal} and more`, leaksFrom(all, goal));
}

function leakRow(name: string, leaks: readonly Leak[]): void {
  const leads = leaks.map(({ lead }) => lead);
  const none = leads.filter((lead) => lead === 0).length;
  const [few, middle] = [percentile(leads, 0.05), percentile(leads, 0.5)].map((each) => each.toFixed(0));
  console.log(`| ${name} | ${leads.length} | ${few} min | ${middle} min | ${none} |`);
}

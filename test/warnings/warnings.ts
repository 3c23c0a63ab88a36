import { HELD_BACK } from './held-back-rhythms.ts';
import { healthyMonth, leadsOf, type Month, PACES, percentile, seeds } from './judge.ts';
import { type Form, JUDGED } from './rhythms.ts';

/**
 * Prints how good early warnings are: false ones in a server and month without a leak, and how long before the server is
 * full people are told of a leak. `npm run warnings [months] [leaks]`, 504 and 240 by default.
 */

const [months = 504, leaks = 240] = process.argv.slice(2).map(Number);
const SEEDS = {
  months: 1_000_000,
  leaks: 9_000_000,
  heldBack: 20_000_000,
  heldBackLeaks: 30_000_000,
} as const;

falseWarnings(JUDGED, months, SEEDS.months);
leadTimes(JUDGED, leaks, SEEDS.leaks);
console.log('\nRhythms to which no figure was fitted:\n');
falseWarnings(HELD_BACK, months, SEEDS.heldBack);
leadTimes(HELD_BACK, leaks, SEEDS.heldBackLeaks);

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

function leadTimes(rhythms: Readonly<Record<string, Form>>, count: number, first: number): void {
  console.log(
    '\n| minutes from the usual level to full | leaks | 5th percentile | median | not told |\n| ---: | ---: | ---: | ---: | ---: |',
  );
  const all = [...seeds(rhythms, count, first)].map(({ named, seed }) => leadsOf(named, seed, 'judged'));
  for (const [index, pace] of PACES.entries()) {
    const leads = all.map((each) => each[index] ?? 0);
    const none = leads.filter((lead) => lead === 0).length;
    const [least, middle] = [percentile(leads, 0.05), percentile(leads, 0.5)].map((each) => each.toFixed(0));
    console.log(`| ${pace} | ${leads.length} | ${least} min | ${middle} min | ${none} |`);
  }
}

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Fleet, monthlyCost, total } from '../../functions/core/declaration/monthly-cost.ts';
import { goalsIn, withFigures } from '../bench/document.ts';
import { compare, goal } from '../bench/measure.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const place = (name: string) => `<!-- figures: ${name} -->\nold ${name}\n<!-- end: ${name} -->`;

describe('the document of the benchmarks', () => {
  test('has a place for the figures of each benchmark, and tells how each is run', () => {
    const document = read('docs/evidence/benchmarks.md');
    const [, list = ''] = /const BENCHMARKS[^{]*\{(.*?)\n\};/s.exec(read('test/bench/bench.ts')) ?? [];
    const names = [...list.matchAll(/^ {2}'?([\w-]+)'?: bench/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(12);
    for (const name of names) {
      expect(document).toContain(`npm run bench -- ${name}`);
      expect(() => withFigures(document, name, 'new')).not.toThrow();
    }
  });

  test('changes in one place only when one benchmark is run', () => {
    const document = `a\n${place('load')}\nb\n${place('cold')}\nc`;
    expect(withFigures(document, 'cold', 'new $1')).toBe(
      `a\n${place('load')}\nb\n<!-- figures: cold -->\n\nnew $1\n\n<!-- end: cold -->\nc`,
    );
  });

  test('takes no figures that it has no place for', () => {
    expect(() => withFigures(place('load'), 'cold', 'new')).toThrow('figures: cold');
  });

  test('lists the goals of all, missed ones as such', () => {
    const missed = goal('it takes', 1.1, [1.02, 1.2]);
    const document = withFigures(withFigures(`${place('a')}${place('b')}`, 'a', missed), 'b', 'no goal');
    expect(goalsIn(document, ['a', 'b'])).toBe('- `a`: it takes at most 1.10 ×. **Missed**: 1.02, 1.20 ×.');
    expect(goal('it takes', 1.1, [1.1])).toContain('Reached: 1.10');
    // What was not measured is not reached.
    expect(goal('it takes', 1.1, [Number.NaN])).toContain('**Missed**');
  });
});

test('sides are compared in turn, and no side always follows the same one', async () => {
  const order: string[] = [];
  const side = (name: string, value: number) => ({
    name,
    run: () => {
      order.push(name);
      return value;
    },
  });
  const measured = await compare([side('a', 7), side('b', 3)], 2, 1);
  expect(order.join('')).toBe('baabba');
  expect(measured.map(({ name, median }) => [name, median])).toEqual([
    ['a', 7],
    ['b', 3],
  ]);
});

describe('the cost of a month', () => {
  const fleet: Fleet = {
    servers: 1,
    everyMinutes: 5,
    metrics: 'few',
    login: 'iam',
    trigger: 'metric-filter',
    endpointZones: 0,
    memoryMb: 512,
    runMs: 300,
  };

  test.each(['none', 'few', 'all'] as const)(
    'is what docs/operate/metrics.md says, with metrics %s',
    (metrics) => {
      const cost = monthlyCost({ ...fleet, metrics });
      const said = (what: string) => {
        const row =
          read('docs/operate/metrics.md')
            .split('\n')
            .find((line) => line.includes(what)) ?? '';
        const column = { none: 2, few: 3, all: 4 }[metrics];
        return Number(row.split('|')[column]);
      };
      expect(cost.metrics).toBeCloseTo(said('metrics sent by each run'), 2);
      expect(cost['alarms about runs']).toBeCloseTo(said('alarms about its runs'), 2);
      expect(cost['alarm on refusals']).toBeCloseTo(said('alarm on refusals by metric filter'), 2);
      expect(cost['once for all']).toBeCloseTo(4.6, 2);
    },
  );

  test('grows with each of its choices', () => {
    const before = total(monthlyCost(fleet));
    const dearer: readonly Partial<Fleet>[] = [
      { servers: 2 },
      { everyMinutes: 1 },
      { metrics: 'all' },
      { login: 'secret' },
      { endpointZones: 1 },
      { memoryMb: 1_024 },
      { runMs: 600 },
    ];
    for (const choice of dearer) expect(total(monthlyCost({ ...fleet, ...choice }))).toBeGreaterThan(before);
    expect(total(monthlyCost({ ...fleet, trigger: 'subscription' }))).toBeLessThan(before);
  });

  test('of ten thousand servers is that of one ten thousand times, but for what is there once', () => {
    const [one, many] = [monthlyCost(fleet), monthlyCost({ ...fleet, servers: 10_000 })];
    expect(total(many) - many['once for all']).toBeCloseTo(10_000 * (total(one) - one['once for all']), 2);
  });
});

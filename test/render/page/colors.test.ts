import { describe, expect, test } from 'vitest';
import { DARK, LIGHT } from '../../../functions/render/page/colors.ts';
import { STYLE } from '../../../functions/render/page/style.ts';
import { ciede2000, colorDifference, VISIONS } from '../../support/color-difference.ts';

const SCHEMES = { light: LIGHT, dark: DARK } as const;
/** Below this, people take two colours of a chart for one. */
const LEAST_DIFFERENCE = 20;
const PAIRS = [
  ['busy', 'idle'],
  ['idle', 'in-tx'],
  ['in-tx', 'busy'],
] as const;

test('the difference of colours is that of the published examples', () => {
  expect(ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 3);
  expect(ciede2000([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 3);
  expect(ciede2000([22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619])).toBeCloseTo(2.0373, 3);
});

describe.each(Object.entries(SCHEMES))('in the %s colours', (_, palette) => {
  test.each(PAIRS.flatMap(([one, other]) => VISIONS.map((vision) => [one, other, vision] as const)))(
    '%s and %s are told apart with vision %s',
    (one, other, vision) => {
      expect(colorDifference(palette[one], palette[other], vision)).toBeGreaterThan(LEAST_DIFFERENCE);
    },
  );

  test('no state and no bystander has the colour of the blamed', () => {
    for (const name of ['busy', 'idle', 'in-tx', 'other', 'bystander'] as const)
      expect(colorDifference(palette.blamed, palette[name])).toBeGreaterThan(LEAST_DIFFERENCE);
  });
});

test('each state has a pattern of its own, so that it is told without any colour', () => {
  const pattern = (look: string) =>
    new RegExp(`^\\.${look} \\{ background: (.*) \\}$`, 'm')
      .exec(STYLE)?.[1]
      ?.replaceAll(/var\(--[\w-]+\)/g, 'x');
  const patterns = ['busy', 'idle', 'in-tx', 'waiting', 'other'].map(pattern);
  expect(patterns).not.toContain(undefined);
  expect(new Set(patterns).size).toBe(patterns.length);
});

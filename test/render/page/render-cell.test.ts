import { expect, test } from 'vitest';
import { renderCell } from '../../../functions/render/page/render-cell.ts';
import { canLendBrowser, lendBrowser } from '../../support/browser.ts';
import { CELL_NOW, cellOf, itemOfDatabase, mixedCell } from '../../support/fleet-cells.ts';
import { brokenWordsIn, cutOffIn, faultsIn, SIZES } from '../../support/look-at-page.ts';

const page = renderCell(mixedCell(), CELL_NOW);

test('The page of a cell has the ladder, what drifted, and a row for each database', () => {
  expect(page).toContain('<h1>Databases of 111122223333 in eu-west-1</h1>');
  expect(page).toContain('18 databases, 5 enforcing, at 2026-11-29 03:20:00 UTC.');
  expect(page.match(/<h2>[^<]+/g)).toEqual(['<h2>Proof', '<h2>Ladder', '<h2>What drifted', '<h2>Databases']);
  for (const name of ['orders', 'walled', 'crown-jewels', 'sharded']) expect(page).toContain(`>${name}<`);
});

test('It says what a database waits for, in words', () => {
  expect(page).toMatch(/walled[\s\S]*3 of 9[\s\S]*does not answer on port 5432/);
});

test('It runs and loads nothing, whatever the tags of a database say', () => {
  const view = cellOf([
    itemOfDatabase('orders', { owner: '<script>alert(1)</script>', policy: '<img src=x>' }),
  ]);
  const text = renderCell(view, CELL_NOW);
  expect(text).not.toMatch(/<script|<img/);
  expect(text).toContain('Content-Security-Policy');
});

test.skipIf(!canLendBrowser)(
  'It fits every screen, breaks no short word, and has no fault of access in light and dark',
  async () => {
    await using lent = await lendBrowser();
    const tab = await lent.browser.newPage();
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.emulateMedia({ colorScheme });
      await tab.setContent(page);
      expect(await brokenWordsIn(tab)).toEqual([]);
      expect(await cutOffIn(tab)).toEqual([]);
      for (const width of SIZES) {
        await tab.setViewportSize({ width, height: 800 });
        expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
      expect(await faultsIn(tab)).toEqual([]);
    }
  },
);

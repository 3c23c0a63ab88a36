import { expect, test } from 'vitest';
import { renderCell } from '../../../functions/render/page/render-cell.ts';
import { CELL_NOW, cellOf, itemOfDatabase, mixedCell } from '../../support/fleet-cells.ts';

const page = renderCell(mixedCell(), CELL_NOW);

test('The page of a cell has the ladder, what drifted, and a row for each database', () => {
  expect(page).toContain('<h1>Databases of 111122223333 in eu-west-1</h1>');
  expect(page).toContain('18 databases, 5 enforcing, at 2026-11-29 03:20:00 UTC.');
  expect(page.match(/<h2>[^<]+/g)).toEqual(['<h2>Ladder', '<h2>What drifted', '<h2>Databases']);
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

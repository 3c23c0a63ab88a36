import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REMARKS } from '../../functions/render/message/remark-table.ts';

const DOCUMENT = readFileSync(new URL('../../docs/operate/messages.md', import.meta.url), 'utf8');

test('the table of remarks has each with its rank and its places', () => {
  const place = (isThere: boolean) => (isThere ? 'yes' : 'page only');
  const rows = Object.values(REMARKS).map(({ rank, places, what }) => {
    const has = (which: string) => place(places.some((each) => each === which));
    return `| ${rank} | ${what} | ${has('mail')} | ${has('chat')} |`;
  });
  const told = DOCUMENT.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim());
  expect(told.filter((line) => /^\| \d+ \|/.test(line))).toEqual(rows);
});

test('ranks are the places in the table, none twice', () => {
  expect(Object.values(REMARKS).map(({ rank }) => rank)).toEqual(Object.keys(REMARKS).map((_, at) => at + 1));
});

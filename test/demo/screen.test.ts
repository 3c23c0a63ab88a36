import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Screen } from './screen.ts';
import { screenSvg } from './screen-svg.ts';

const ESCAPE = String.fromCharCode(27);
const textsOf = ({ drawn }: Screen) =>
  drawn.map(({ atMs, row, spans }) => `${atMs} ${row} ${spans.map(({ text }) => text).join('')}`);

describe('the recorded screen', () => {
  test('keeps when each row was drawn, and what was drawn again', () => {
    const screen = new Screen(80);
    screen.write('one\n', 0);
    screen.write(`\r${ESCAPE}[2K⠋ 1 of 54`, 10);
    screen.write(`\r${ESCAPE}[2K⠙ 2 of 54`, 20);
    screen.write(`\r${ESCAPE}[2K`, 30);
    expect(textsOf(screen)).toEqual(['0 0 one', '10 1 ⠋ 1 of 54', '20 1 ⠙ 2 of 54', '30 1 ']);
  });

  test('breaks lines that are longer than the terminal', () => {
    const screen = new Screen(4);
    screen.write('abcdefg\n', 0);
    expect(textsOf(screen)).toEqual(['0 0 abcd', '0 1 efg']);
  });

  test('keeps colours', () => {
    const screen = new Screen(80);
    screen.write(`${ESCAPE}[32m✓${ESCAPE}[39m in\n`, 0);
    expect(screen.drawn[0]?.spans).toEqual([
      { text: '✓', look: 'green' },
      { text: ' in', look: 'usual' },
    ]);
  });

  test('becomes a picture that scrolls, without markup from the text', () => {
    const screen = new Screen(20);
    for (let at = 0; at < 5; at += 1) screen.write(`<b> & ${at}\n`, at * 100);
    const picture = screenSvg(screen.drawn, { columns: 20, rows: 3 });
    expect(picture).toContain('&lt;b&gt; &amp; 4');
    expect(picture).toContain('#s{transform:translateY(-34px)');
    expect(picture).not.toMatch(/<script|<b>|href/);
  });
});

describe('the pictures of the README', () => {
  const picture = readFileSync('docs/demo.svg', 'utf8');

  test('are small', () => {
    expect(picture.length).toBeLessThan(60_000);
    expect(statSync('docs/page.png').size).toBeLessThan(120_000);
  });

  test('show the demo to its end, and no place of a machine', () => {
    expect(picture).toContain('npm run demo');
    expect(picture).toContain('all of it is true; everything is cleaned up');
    expect(picture).not.toContain('✗');
    expect([...picture.matchAll(/file:\/\/\/[^<]*/g)].map(([place]) => place)).toEqual([
      'file:///home/you/pg-headroom/reports/demo.html',
    ]);
  });
});

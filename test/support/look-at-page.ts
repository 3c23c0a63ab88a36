import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A small phone, a phone, a tablet and a desk. */
export const SIZES = [320, 375, 768, 1440] as const;

/** Texts of visible drawings that reach over an edge of theirs, and elements that hide a part of their text. */
const CUT_OFF = `[
  ...[...document.querySelectorAll('.chart svg')].flatMap((svg) => {
    const whole = svg.getBoundingClientRect();
    if (whole.width === 0) return [];
    return [...svg.querySelectorAll('text')].flatMap((text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      const isInside = left >= whole.left - 0.5 && right <= whole.right + 0.5 && top >= whole.top - 2 && bottom <= whole.bottom + 2;
      return isInside ? [] : [text.textContent + ' ' + [left - whole.left, whole.right - right, top - whole.top, whole.bottom - bottom].map(Math.round)];
    });
  }),
  ...[...document.querySelectorAll('main *, body > div')].filter((each) =>
    each.textContent !== '' && each.closest('thead, svg') === null && each.scrollWidth > each.clientWidth + 1 &&
    !['visible', ''].includes(getComputedStyle(each).overflowX)).map((each) => each.outerHTML.slice(0, 200)),
]`;

export async function cutOffIn(page: Page): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const width of SIZES) {
    await page.setViewportSize({ width, height: 800 });
    found.push(...(await page.evaluate<readonly unknown[]>(CUT_OFF)));
  }
  return found;
}

/** Words of up to 11 letters in tables that stand on two lines: a longer one may have to. */
const BROKEN_WORDS = `[...document.querySelectorAll('td')].flatMap((cell) => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [], range = document.createRange();
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode())
    for (const { 0: word, index } of text.data.matchAll(/(?<!\\S)[a-z]{1,11}(?!\\S)/g)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(word);
    }
  return found;
})`;

export async function brokenWordsIn(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const width of [...SIZES, 660]) {
    await page.setViewportSize({ width, height: 800 });
    found.push(...(await page.evaluate<readonly string[]>(BROKEN_WORDS)).map((word) => `${width}: ${word}`));
  }
  return found;
}

export async function faultsIn(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(
    ({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`);
}

export async function contrastsIn(page: Page): Promise<number> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { runOnly: ['color-contrast'] }).then(({ passes }) =>
    passes.reduce((sum, { nodes }) => sum + nodes.length, 0))`);
}

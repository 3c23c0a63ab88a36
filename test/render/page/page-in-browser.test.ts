import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanName } from '../../../functions/core/base/clean-text.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { recordings } from '../../incidents/recordings.ts';
import { canLendBrowser, type LentBrowser, lendBrowser } from '../../support/browser.ts';
import { aLogLines, aRefused } from '../../support/builders.ts';
import { ADVICE, diagnosisOf } from '../../support/diagnosed.ts';
import { HOSTILE, runNamed } from '../../support/hostile.ts';
import {
  cutOffIncident,
  INCIDENTS,
  logLinesIncident,
  lostIncident,
  OBSERVED,
  restartedIncident,
  roleLimitIncident,
} from '../../support/incidents.ts';
import { renderPage } from '../../support/render-page.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCHEMES = ['light', 'dark'] as const;
const PHONE = { width: 375, height: 812 };

/** One page of each kind, whatever comes of a run. */
const RUNS: Readonly<Record<string, () => RunRecord>> = {
  ...INCIDENTS,
  ...OBSERVED,
  'role-limit': roleLimitIncident,
  'log-lines': logLinesIncident,
  lost: lostIncident,
  restarted: restartedIncident,
  'cut-off': cutOffIncident,
};

/** What real clients did to real servers, one incident of each cause: with the diagnosis and the advice that are its own. */
const RECORDED = new Map(recordings().map(({ story, record }) => [story.expected.cause, record]));

/** Those that differ in what the page is made of: each takes most of a second to look through. */
const { recovered, 'cannot-connect': locked, blind, 'no-candidates': full } = INCIDENTS;
const DISTINCT = { recovered, locked, blind, full, roleLimit: roleLimitIncident, logLines: logLinesIncident };

const pageOf = (record: RunRecord) =>
  renderPage({ ...record, reduced: [] }, { diagnosis: diagnosisOf(record), advice: ADVICE });

describe.skipIf(!canLendBrowser)('in a browser (from npm, for Linux on x64)', () => {
  let lent: LentBrowser;
  let page: Page;
  /** What the browser had to say or to ask for; a page has nothing of either. */
  const noise: string[] = [];

  beforeAll(async () => {
    lent = await lendBrowser();
    page = await lent.browser.newPage();
    page.on('console', (message) => noise.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => noise.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => noise.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => noise.push(`request: ${request.url()}`));
  });
  afterAll(() => lent[Symbol.asyncDispose]());

  /** With all details open, so that all of it is looked at. */
  async function open(markup: string, colorScheme: (typeof SCHEMES)[number] = 'light'): Promise<void> {
    noise.length = 0;
    await page.setViewportSize(PHONE);
    await page.emulateMedia({ colorScheme });
    await page.setContent(markup);
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
  }

  test('a letter has a width and a height, and letters differ in width', async () => {
    await open('<p><span id="i">iiii</span> <span id="m">mmmm</span></p>');
    const [narrow, wide] = [await page.locator('#i').boundingBox(), await page.locator('#m').boundingBox()];
    expect(narrow?.height).toBeGreaterThan(10);
    expect(narrow?.width).toBeGreaterThan(10);
    expect(wide?.width).toBeGreaterThan(2 * (narrow?.width ?? 0));
  });

  test.each(Object.entries(RUNS))(
    '%s fits a phone, without a word on the console or a request',
    async (_, run) => {
      await open(pageOf(run()));
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      expect(await page.locator('h1').count()).toBe(1);
      expect(noise).toEqual([]);
    },
  );

  test.each([...RECORDED])('a recorded incident of cause %s fits a phone as quietly', async (_, record) => {
    await open(renderPage({ ...record, reduced: [] }));
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    expect(noise).toEqual([]);
  });

  test.each([
    ...Object.entries(RUNS).map(([name, run]) => [name, run()] as const),
    ...[...RECORDED].map(([cause, record]) => [`a recorded ${cause}`, record] as const),
    ...['tenant_100', 'WWWWWWWWWWWWWWWWWWWWWWWW'].map((name) => [name, runNamed(name)] as const),
  ])('no letter of a drawing is cut off on the page of %s', async (_, record) => {
    await open(renderPage({ ...record, reduced: [] }));
    for (const width of [PHONE.width, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(CUT_OFF)).toEqual([]);
    }
  });

  test('the contrast of more than 500 pieces of text is looked at', async () => {
    let judged = 0;
    for (const run of Object.values(DISTINCT)) {
      await open(pageOf(run()));
      judged += await contrastsIn(page);
    }
    expect(judged).toBeGreaterThan(500);
  });

  test.each(
    Object.entries(DISTINCT).flatMap(([name, run]) => SCHEMES.map((scheme) => ({ name, run, scheme }))),
  )('$name has no fault of access in $scheme: names, contrast, order', async ({ run, scheme }) => {
    await open(pageOf(run()), scheme);
    expect(await faultsIn(page)).toEqual([]);
  });

  test('the check of access finds faults, and contrast among them', async () => {
    await open(
      '<html lang="en"><title>x</title><main><h1 style="color: #ddd; background: #fff">Too faint</h1><svg role="img"></svg></main>',
    );
    expect(await faultsIn(page)).toEqual([
      expect.stringMatching(/^color-contrast/),
      expect.stringMatching(/^svg-img-alt/),
    ]);
  });

  test('a wide screen gets the wide drawings and a phone the narrow ones', async () => {
    await open(pageOf(INCIDENTS.recovered()));
    const shown = () =>
      page
        .locator('.chart svg:visible')
        .evaluateAll((all) => all.map((each) => each.getAttribute('viewBox')?.split(' ')[2]));
    expect(new Set(await shown())).toEqual(new Set(['340']));
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(new Set(await shown())).toEqual(new Set(['720']));
  });

  test('charts take their colours from the scheme', async () => {
    const inks: unknown[] = [];
    for (const scheme of SCHEMES) {
      await open(pageOf(INCIDENTS.recovered()), scheme);
      inks.push(await page.evaluate("getComputedStyle(document.querySelector('.narrow svg text')).fill"));
    }
    expect(inks).toEqual(['rgb(29, 35, 38)', 'rgb(228, 232, 233)']);
  });

  test('what is to be pasted is selected whole by one click', async () => {
    await open(pageOf(INCIDENTS.recovered()));
    await page.locator('pre.paste').first().click();
    expect(await page.evaluate('String(getSelection())')).toBe('ALTER ROLE "billing" CONNECTION LIMIT 37;');
  });

  test('its policy forbids scripts, should one ever get in', async () => {
    await open(pageOf(INCIDENTS.recovered()).replace('<main>', '<main><script>window.pwned = 1</script>'));
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(noise.join()).toContain('Content Security Policy');
  });

  test.each(Object.entries(HOSTILE))('names with %s are text and nothing else', async (_, name) => {
    const who = { user: name, database: name, address: name };
    const trigger = aLogLines({
      logGroup: name,
      refused: [aRefused(who), aRefused({ kind: 'role', ...who })],
    });
    for (const record of [runNamed(name), { ...runNamed(name, 'observe'), trigger }]) {
      await open(pageOf(record));
      expect(noise).toEqual([]);
      expect(await page.evaluate('window.pwned')).toBeUndefined();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      expect(await page.evaluate(FOREIGN)).toEqual([]);
      expect(await page.locator('.culprit h3').first().textContent()).toBe(
        name === '' ? 'role (none)' : cleanName(name),
      );
      const labels = await page.locator('.wide svg[aria-label^="Slots held"] text').allTextContents();
      expect(labels.some((label) => isStartOf(label, cleanName(name)))).toBe(true);
    }
  });
});

/** Elements and attributes that no page of ours has. */
const FOREIGN = `[...document.querySelectorAll('*')].flatMap((each) => [
  ...(['SCRIPT', 'IMG', 'A', 'IFRAME', 'OBJECT', 'FORM', 'INPUT', 'LINK', 'BASE'].includes(each.tagName.toUpperCase()) ? [each.tagName] : []),
  ...[...each.attributes].map(({ name }) => name).filter((name) => /^on|^(src|href)$/.test(name)),
])`;

/** Texts of visible drawings that reach over an edge of theirs. */
const CUT_OFF = `[...document.querySelectorAll('.chart svg')].flatMap((svg) => {
  const whole = svg.getBoundingClientRect();
  if (whole.width === 0) return [];
  return [...svg.querySelectorAll('text')].flatMap((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    const isInside = left >= whole.left - 0.5 && right <= whole.right + 0.5 && top >= whole.top - 2 && bottom <= whole.bottom + 2;
    return isInside ? [] : [text.textContent + ' ' + [left - whole.left, whole.right - right, top - whole.top, whole.bottom - bottom].map(Math.round)];
  });
})`;

/** Labels that are too long end in dots. */
function isStartOf(label: string, name: string): boolean {
  const shown = label.replace(/(\.\.\.|…)$/, '');
  return shown !== '' && name.startsWith(shown);
}

async function faultsIn(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(
    ({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`);
}

async function contrastsIn(page: Page): Promise<number> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { runOnly: ['color-contrast'] }).then(({ passes }) =>
    passes.reduce((sum, { nodes }) => sum + nodes.length, 0))`);
}

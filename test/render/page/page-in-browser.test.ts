import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanIsolatedName } from '../../../functions/core/base/clean-text.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { recordings } from '../../incidents/recordings.ts';
import { truthOf } from '../../incidents/story.ts';
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
import { contrastsIn, cutOffIn, faultsIn, SIZES } from '../../support/look-at-page.ts';
import { recorded } from '../../support/page-facts.ts';
import { renderPage } from '../../support/render-page.ts';

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
const RECORDED = new Map(recordings().map(({ story, record }) => [truthOf(story).causes[0], record]));

/** Those that differ in what the page is made of: each takes most of a second to look through. */
const { recovered, 'cannot-connect': locked, blind } = INCIDENTS;
const DISTINCT: Readonly<Record<string, () => RunRecord>> = {
  ...{ recovered, locked, blind, logLines: logLinesIncident },
  ...Object.fromEntries(
    [
      'slow-queries-api-without-index',
      'lock-pile-up-behind-a-migration',
      'reconnect-storm-two-programs',
      'role-limit-at-work',
      'oversized-idle-pools-six-services',
      'idle-in-transaction-orm',
    ].map((name) => [name, () => recorded(name)]),
  ),
};

const pageOf = (record: RunRecord) =>
  renderPage({ ...record, reduced: [] }, { diagnosis: diagnosisOf(record), steps: ADVICE });

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

  test.each([...RECORDED])(
    'a recorded incident of cause %s fits every screen as quietly',
    async (_, record) => {
      await open(renderPage({ ...record, reduced: [] }));
      for (const width of SIZES) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
      expect(noise).toEqual([]);
    },
  );

  test.each([
    ...Object.entries(RUNS).map(([name, run]) => [name, run()] as const),
    ...[...RECORDED].map(([cause, record]) => [`a recorded ${cause}`, record] as const),
    ...['tenant_100', 'WWWWWWWWWWWWWWWWWWWWWWWW'].map((name) => [name, runNamed(name)] as const),
  ])('no letter is cut off on the page of %s', async (_, record) => {
    await open(renderPage({ ...record, reduced: [] }));
    expect(await cutOffIn(page)).toEqual([]);
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

  test('the check of letters finds what is cut off', async () => {
    await open('<div style="width: 2rem; overflow: hidden; white-space: nowrap">a long name</div>');
    expect(await cutOffIn(page)).not.toEqual([]);
  });

  test('a wide screen gets the wide drawing and a phone the narrow one', async () => {
    await open(pageOf(INCIDENTS.recovered()));
    const shown = () =>
      page
        .locator('.chart svg:visible')
        .evaluateAll((all) => all.map((each) => each.getAttribute('viewBox')?.split(' ')[2]));
    expect(await shown()).toEqual(['340']);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await shown()).toEqual(['720']);
  });

  test('charts take their colours from the scheme', async () => {
    const inks: unknown[] = [];
    for (const scheme of SCHEMES) {
      await open(pageOf(INCIDENTS.recovered()), scheme);
      inks.push(await page.evaluate("getComputedStyle(document.querySelector('.narrow svg text')).fill"));
    }
    expect(inks).toEqual(['rgb(86, 96, 103)', 'rgb(163, 173, 179)']);
  });

  test('on a phone the cells of a table stand below each other, each with its title', async () => {
    await open(pageOf(INCIDENTS.recovered()));
    const columns = () =>
      page.evaluate<number>(
        "new Set([...document.querySelector('tbody tr').children].map((each) => Math.round(each.getBoundingClientRect().left))).size",
      );
    expect(await columns()).toBe(1);
    expect(await page.evaluate("getComputedStyle(document.querySelector('td'), '::before').content")).toMatch(
      /^"\w+"$/,
    );
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await columns()).toBeGreaterThan(1);
  });

  test('on paper a page is light, and all that is folded away is open', async () => {
    await open(pageOf(INCIDENTS.recovered()), 'dark');
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = false");
    const closed = () =>
      page.evaluate<number>(
        "[...document.querySelectorAll('details > :not(summary)')].filter((each) => !each.checkVisibility()).length",
      );
    expect(await closed()).toBeGreaterThan(0);
    expect(await page.evaluate(INK)).toBe('rgb(228, 232, 233)');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await closed()).toBe(0);
    expect(await page.evaluate(INK)).toBe('rgb(29, 35, 38)');
    await page.emulateMedia({ media: 'screen' });
  });

  test('what is to be pasted is selected whole by one click, statements and pids', async () => {
    await open(pageOf(INCIDENTS.recovered()));
    await page.locator('pre.paste').first().click();
    expect(await page.evaluate('String(getSelection())')).toBe('ALTER ROLE "billing" CONNECTION LIMIT 37;');
    await page.locator('pre.paste[data-language="pids"]').first().click();
    expect(await page.evaluate('String(getSelection())')).toMatch(/^\d+(, \d+)+$/);
  });

  test('a name from right to left is readable, and does not turn the numbers beside it', async () => {
    await open(renderPage({ ...runNamed('שלום'), reduced: [] }));
    const name = page.locator('.bars .name bdi, .culprit bdi').first();
    expect(await name.textContent()).toBe('שלום');
    expect(await page.evaluate("getComputedStyle(document.querySelector('bdi')).unicodeBidi")).toBe(
      'isolate',
    );
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
      expect(await page.locator('.culprit h3 bdi').first().textContent()).toBe(cleanIsolatedName(name));
    }
  });
});

describe.skipIf(!canLendBrowser)('with a narrow font', () => {
  test('one incident of each cause fits every screen, and no letter is cut off', async () => {
    const widthOf = async (of: Page) => {
      await of.setContent('<span style="font: 100px system-ui, \'Open Sans\', sans-serif">mmmm</span>');
      return Math.round((await of.locator('span').boundingBox())?.width ?? 0);
    };
    await using lent = await lendBrowser('Open Sans');
    const page = await lent.browser.newPage();
    expect(await widthOf(page)).toBeLessThan(WIDE_LETTERS);
    for (const record of RECORDED.values()) {
      await page.setContent(renderPage({ ...record, reduced: [] }));
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
      expect(await cutOffIn(page)).toEqual([]);
    }
  });
});

/** `mmmm` at 100 px with DejaVu Sans. */
const WIDE_LETTERS = 388;

/** Elements and attributes that no page of ours has. */
const FOREIGN = `[...document.querySelectorAll('*')].flatMap((each) => [
  ...(['SCRIPT', 'IMG', 'A', 'IFRAME', 'OBJECT', 'FORM', 'INPUT', 'LINK', 'BASE'].includes(each.tagName.toUpperCase()) ? [each.tagName] : []),
  ...[...each.attributes].map(({ name }) => name).filter((name) => /^on|^(src|href)$/.test(name)),
])`;

const INK = 'getComputedStyle(document.body).color';

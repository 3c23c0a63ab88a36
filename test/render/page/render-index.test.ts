import { describe, expect, test } from 'vitest';
import { addToIndex } from '../../../functions/core/incident/add-to-index.ts';
import { type IncidentIndex, NO_INCIDENTS } from '../../../functions/core/incident/incident-index.ts';
import { renderIndex } from '../../../functions/render/page/render-index.ts';
import { packIndex, readIndex } from '../../../functions/report/index-file.ts';
import { canLendBrowser, lendBrowser } from '../../support/browser.ts';
import { HOSTILE } from '../../support/hostile.ts';
import { cutOffIn, faultsIn, SIZES } from '../../support/look-at-page.ts';

const OPENED = Date.parse('2026-11-21T03:00:00.000Z');

/** So many incidents of as many servers, each with this many runs. */
function indexOf(count: number, runs: number, name: string): IncidentIndex {
  let index = NO_INCIDENTS;
  for (let at = 0; at < count; at += 1)
    for (let run = 0; run < runs; run += 1) {
      const opened = OPENED + at * 3_600_000;
      const server = `${name}${at}`;
      const incident = {
        id: `${server} 0`,
        openedAt: new Date(opened).toISOString(),
        runs: run + 1,
        ended: 12 * run,
      };
      const started = new Date(opened + run * 60_000).toISOString();
      index = addToIndex(
        index,
        {
          ...{
            server,
            incident,
            nature: { cause: 'connection-leak', culprit: { application: name, user: name, database: name } },
          },
          run: {
            ...{
              id: `${server} ${run}`,
              at: started,
              outcome: run === 0 ? 'no-candidates' : 'recovered',
              mode: 'enforce',
            },
            ...{ used: 57, after: 45, usable: 57, ended: 12, hasPage: true },
          },
        },
        opened,
      );
    }
  return index;
}

const pageOf = (index: IncidentIndex, server: string | null = null) =>
  renderIndex(index, {
    ...{ server, up: server === null ? null : 'https://console/index.html', data: packIndex(index) },
    urlOf: (key) => `https://console/${encodeURIComponent(key.toWellFormed())}`,
  });

describe('the page of an index', () => {
  test('carries its data, so that the next report can add to it', () => {
    const index = indexOf(3, 2, 'orders');
    expect(readIndex(pageOf(index))).toEqual(index);
  });

  test('links to the page of each run, and to the index of all servers', () => {
    const page = pageOf(indexOf(1, 2, 'orders'), 'orders0');
    const links = [...page.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)/g)].map(([, url, text]) => [url, text]);
    expect(links).toEqual([
      ['https://console/index.html', 'all servers'],
      ['https://console/orders0%200', 'no candidates, 12 sessions ended'],
      ['https://console/orders0%201', 'recovered, 12 sessions ended'],
    ]);
    expect(page).toContain('57 → 45 of 57');
  });

  test('of 300 incidents with 20 runs and long names has less than 1 MB', () => {
    const page = pageOf(indexOf(300, 20, 'x'.repeat(60)));
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
    expect(page.match(/class="incident"/g)?.length).toBe(300);
  });

  test.each(Object.entries(HOSTILE))('has names with %s as text only', (_, name) => {
    const page = pageOf(indexOf(1, 1, name));
    expect(page).not.toMatch(/<(script|img|iframe|form|object)\b|\son\w+="/i);
    expect(readIndex(page).incidents[0]?.server).toBe(`${name}0`);
  });

  test.skipIf(!canLendBrowser)(
    'fits every screen, and has no fault of access in light and dark',
    async () => {
      await using lent = await lendBrowser();
      const page = await lent.browser.newPage();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setContent(pageOf(indexOf(4, 3, 'a-server-with-a-rather-long-name')));
        expect(await cutOffIn(page)).toEqual([]);
        for (const width of SIZES) {
          await page.setViewportSize({ width, height: 800 });
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        }
        expect(await faultsIn(page)).toEqual([]);
      }
    },
  );
});

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lendBrowser } from '../support/browser.ts';
import { Screen } from './screen.ts';
import { screenSvg } from './screen-svg.ts';

/** Plays the demo, and draws the pictures of the README: what its terminal showed, and the page of its run. */

const SIZE = { columns: 80, rows: 27 } as const;
const PAGE = { width: 1_000, height: 760 } as const;
/** In place of where this clone lies. */
const HOME = 'file:///home/you/pg-headroom';

async function recordTerminal(): Promise<void> {
  const screen = new Screen(SIZE.columns);
  screen.write('$ npm run demo\n', 0);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts')], {
    env: { ...process.env, DEMO_COLUMNS: String(SIZE.columns) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const startedAt = performance.now();
  const here = pathToFileURL(resolve('.')).href;
  for await (const chunk of child.stdout.setEncoding('utf8'))
    screen.write(String(chunk).replaceAll(here, HOME), performance.now() - startedAt);
  const text = screenSvg(screen.drawn, SIZE);
  await writeFile('docs/demo.svg', text);
  console.log(`docs/demo.svg: ${Math.round(text.length / 1_024)} KB`);
}

async function photographPage(): Promise<void> {
  await using lent = await lendBrowser('Open Sans');
  const page = await lent.browser.newPage({ viewport: PAGE, colorScheme: 'light' });
  await page.goto(pathToFileURL(resolve('reports/demo.html')).href);
  const image = await page.screenshot({ path: 'docs/page.png' });
  console.log(`docs/page.png: ${Math.round(image.length / 1_024)} KB`);
}

await recordTerminal();
await photographPage();

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';

/** The package is built for one platform; elsewhere there is none to lend. */
export const canLendBrowser = process.platform === 'linux' && process.arch === 'x64';

/** A real browser out of an npm package: nothing of it is downloaded or has to be on the machine. */
export type LentBrowser = AsyncDisposable & { readonly browser: Browser };

/** What the package brings for machines that lack them: libraries of NSS, in an archive of their own. */
const LIBRARIES = 'node_modules/@sparticuz/chromium/bin/al2023.tar.br';

/** As root there is no sandbox; the pages are our own. Each context has a process of its own, which the package's arguments forbid. */
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--font-render-hinting=none'];

/** Unpacks the browser into a folder of this run, where no other run can find it half unpacked, and starts it. */
export async function lendBrowser(): Promise<LentBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-browser-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    chromium.setGraphicsMode = false;
    const executablePath = await chromium.executablePath();
    await inflate(LIBRARIES);
    setupLambdaEnvironment(join(folder, 'al2023', 'lib'));
    const home = join(folder, 'home');
    await mkdir(home);
    const browser = await driver.launch({
      executablePath,
      args: ARGS,
      env: { ...process.env, HOME: home },
    });
    return {
      browser,
      [Symbol.asyncDispose]: async () => {
        await browser.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import chromium, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';

/** The package is built for one platform. On others there is no browser to lend. */
export const canLendBrowser = process.platform === 'linux' && process.arch === 'x64';

/** A real browser out of an npm package: nothing is downloaded, and nothing has to be installed on the machine. */
export type LentBrowser = AsyncDisposable & { readonly browser: Browser };

/** Libraries of NSS that the package brings in an archive, for machines that lack them. */
const LIBRARIES = 'node_modules/@sparticuz/chromium/bin/al2023.tar.br';

/**
 * There is no sandbox for root; the pages are our own. Each context has a process of its own, which the package's arguments
 * forbid.
 */
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--font-render-hinting=none'];

/** Open Sans, which the package brings as well. */
const OPEN_SANS = 'node_modules/@sparticuz/chromium/bin/fonts.tar.br';

/** The fonts that pages are looked at with: DejaVu Sans is the widest of the common ones, Open Sans one of the narrow. */
export type PageFont = 'DejaVu Sans' | 'Open Sans';

const DEJAVU = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');

/**
 * One font for texts and one for statements. Without a file of its own the browser uses the fonts of the machine, and a
 * clean machine has none.
 */
function fontsConf(font: PageFont, openSans: string, cache: string): string {
  const unwanted = ['Serif', 'Condensed', 'ExtraLight', 'Math'].map((each) => `*${each}*`);
  const texts = font === 'Open Sans' ? ['*DejaVuSans.ttf', '*DejaVuSans-*'] : ['*OpenSans*'];
  const others = [...unwanted, ...texts].map((each) => `<glob>${each}</glob>`).join('');
  const mono = '<family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer>';
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${DEJAVU}</dir><dir>${openSans}</dir><cachedir>${cache}</cachedir>
<selectfont><rejectfont>${others}</rejectfont></selectfont><alias>${mono}</alias></fontconfig>`;
}

/** Unpacks the browser into a folder of this run, where no other run can find it half unpacked, and starts it. */
export async function lendBrowser(font: PageFont = 'DejaVu Sans'): Promise<LentBrowser> {
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
    const fonts = join(folder, 'fonts.conf');
    const openSans = await inflate(OPEN_SANS);
    await writeFile(fonts, fontsConf(font, openSans, join(folder, 'font-cache')));
    const browser = await driver.launch({
      executablePath,
      args: ARGS,
      env: { ...process.env, HOME: home, FONTCONFIG_FILE: fonts },
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

import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain } from '../core/diagnosis/explain.ts';
import { drawPage } from '../report/draw-page.ts';
import type { CommandSpec } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { RECORD_ARGUMENT, RECORD_REGION, RECORD_TOPIC, readRecord } from './read-record.ts';
import { print, printNote } from './terminal.ts';
import { whileWaiting } from './while-waiting.ts';
import { CREDENTIALS_TOPIC } from './with-memory.ts';

type Given = { readonly record: string; readonly region?: string };

export const openPage: CommandSpec<Given> = {
  name: 'open',
  summary: 'Draw the page of a run from its record, and show it in the browser.',
  arguments: [RECORD_ARGUMENT],
  options: [RECORD_REGION],
  examples: ['headroom open s3://BUCKET/records/orders/2026/11/21/RUN.json.gz'],
  notes:
    'The page is written to a new folder for temporary files, which only you can read, and its name is printed. $BROWSER is used if it is set.',
  topics: [RECORD_TOPIC, CREDENTIALS_TOPIC],
  exits: { done: 'done' },
  run: drawAndOpen,
};

async function drawAndOpen({ record: from, region }: Given): Promise<ExitCode> {
  const record = await readRecord(from, region);
  const page = await whileWaiting('Drawing the page', () => drawPage(explain(record, record.reduced), null));
  const file = join(await mkdtemp(join(tmpdir(), 'headroom-page-')), 'run.html');
  await writeFile(file, page, { mode: 0o600 });
  print(file);
  if (!(await shown(file))) printNote('No browser could be started: open the file yourself, or set BROWSER.');
  return EXIT.done;
}

/** Whether a program took the file. It goes on after this command has ended. */
function shown(file: string): Promise<boolean> {
  const [program = '', ...args] = browser();
  const child = spawn(program, [...args, file], { detached: true, stdio: 'ignore' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

function browser(): readonly string[] {
  if (process.env.BROWSER) return [process.env.BROWSER];
  if (process.platform === 'darwin') return ['open'];
  return process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
}

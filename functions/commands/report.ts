import { explain } from '../core/diagnosis/explain.ts';
import { drawPage } from '../report/draw-page.ts';
import type { CommandSpec } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { RECORD_ARGUMENT, RECORD_REGION, RECORD_TOPIC, readRecord } from './read-record.ts';
import { whileWaiting } from './while-waiting.ts';
import { CREDENTIALS_TOPIC } from './with-memory.ts';
import { writePage } from './write-page.ts';

type Given = { readonly record: string; readonly html: string; readonly region?: string };

export const reportPage: CommandSpec<Given> = {
  name: 'report',
  summary: 'Draw the page of a run, from its record.',
  arguments: [RECORD_ARGUMENT],
  options: [
    {
      flags: '--html <file>',
      about: 'the file to write the page to, - for standard output',
      isRequired: true,
    },
    RECORD_REGION,
  ],
  examples: [
    'headroom report s3://BUCKET/records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz --html run.html',
  ],
  notes: 'The page needs only a browser, and has no scripts. The bucket keeps a page beside each record.',
  topics: [RECORD_TOPIC, CREDENTIALS_TOPIC],
  exits: { done: 'done' },
  run: drawAndWrite,
};

async function drawAndWrite({ record: file, html, region }: Given): Promise<ExitCode> {
  const record = await readRecord(file, region);
  const page = await whileWaiting('Drawing the page', () => drawPage(explain(record, record.reduced), null));
  await writePage(page, html);
  return EXIT.done;
}

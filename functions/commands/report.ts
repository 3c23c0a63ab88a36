import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { RemediationError } from '../core/base/errors.ts';
import { explain } from '../core/diagnosis/explain.ts';
import { drawPage } from '../report/draw-page.ts';
import { EXIT } from './exit-code.ts';
import { STDIN } from './read-input.ts';
import { RECORD_HELP, readRecord } from './read-record.ts';
import { print, printNote } from './terminal.ts';

type Options = { readonly html: string; readonly region?: string };

const EXAMPLE = `
Example:
  headroom report s3://BUCKET/records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz --html run.html
The page needs only a browser, and has no scripts. The bucket keeps a page beside each record.`;

export function addReport(program: Command): void {
  program
    .command('report')
    .description('Draw the page of a run, from its record.')
    .argument('<file>', 'the record: a file, - or s3://BUCKET/KEY')
    .requiredOption('--html <file>', 'the file to write the page to, - for standard output')
    .option('--region <name>', 'where the bucket is (default: AWS_REGION, or the region of the profile)')
    .addHelpText('after', `${EXAMPLE}\n${RECORD_HELP}`)
    .action(async (file: string, { html, region }: Options) => {
      const record = await readRecord(file, region);
      const page = await drawPage(explain(record, record.reduced));
      if (html === STDIN) print(page.trimEnd());
      else await write(html, page);
      process.exitCode = EXIT.done;
    });
}

async function write(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unwritable';
    const message = `The page cannot be written to ${path} (${reason}): name a file in a folder that exists.`;
    throw new RemediationError('config-invalid', message, { cause });
  }
  printNote(`The page was written to ${path}.`);
}

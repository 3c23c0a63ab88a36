import type { Command } from 'commander';
import { renderIncident } from '../render/message/render-incident.ts';
import { EXIT } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { RECORD_HELP, readRecord } from './read-record.ts';
import { print } from './terminal.ts';

type Options = { readonly json?: true; readonly region?: string };

const EXAMPLES = `
Examples:
  headroom show c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz
  headroom show s3://BUCKET/records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz --json`;

export function addShow(program: Command): void {
  program
    .command('show')
    .description('Print the message about a run that on-call people got, from its record.')
    .argument('<file>', 'the record: a file, - or s3://BUCKET/KEY')
    .option('--json', 'print the record itself')
    .option('--region <name>', 'where the bucket is (default: AWS_REGION, or the region of the profile)')
    .addHelpText('after', `${EXAMPLES}\n${RECORD_HELP}`)
    .action(async (file: string, { json, region }: Options) => {
      const record = await readRecord(file, region);
      print(json ? jsonText(record) : renderIncident(record, record.reduced).text.trimEnd());
      process.exitCode = EXIT.done;
    });
}

import type { KeptRecord } from '../core/run/kept-record.ts';
import { fullTextOf } from '../render/message/full-text.ts';
import { renderForTerminal } from '../render/message/render-incident.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { RECORD_ARGUMENT, RECORD_REGION, RECORD_TOPIC, readRecord } from './read-record.ts';
import { print, screenOf } from './terminal.ts';
import { CREDENTIALS_TOPIC } from './with-memory.ts';

type Given = {
  readonly record: string;
  readonly full?: true;
  readonly json?: true;
  readonly region?: string;
};

export const show: CommandSpec<Given> = {
  name: 'show',
  summary: 'Print the message about a run that on-call people got, from its record.',
  arguments: [RECORD_ARGUMENT],
  options: [
    { flags: '--full', about: 'print everything that is known about the run', conflicts: 'json' },
    { ...JSON_OPTION, about: 'print the record itself' },
    RECORD_REGION,
  ],
  examples: [
    'headroom show c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz',
    'headroom show c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz --full',
    'headroom show s3://BUCKET/records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz --json',
  ],
  topics: [RECORD_TOPIC, CREDENTIALS_TOPIC],
  exits: { done: 'done' },
  run: readAndPrint,
};

async function readAndPrint({ record: file, full, json, region }: Given): Promise<ExitCode> {
  const record = await readRecord(file, region);
  print(json ? jsonText(record) : messageOf(record, full === true));
  return EXIT.done;
}

/** The message to people, or the full text. */
function messageOf(record: KeptRecord, isFull: boolean): string {
  const { reduced } = record;
  if (isFull) return fullTextOf(record, reduced, screenOf(process.stdout).columns).trimEnd();
  return renderForTerminal(record, reduced).trimEnd();
}

import { InvalidArgumentError } from 'commander';
import { coerceError } from '../core/base/errors.ts';
import { timeText } from '../render/base/phrases.ts';
import { type FoundRun, renderRuns, renderSession } from '../render/terminal/runs-text.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { readRecord } from './read-record.ts';
import { findStores, type GivenRecords, PLACE_ARGUMENT, RECORDS_OPTIONS } from './records/found-stores.ts';
import type { KeptPlace } from './records/kept-records.ts';
import { sinceTime } from './records/since.ts';
import { paintFor, print, printNote, screenOf } from './terminal.ts';
import { whileWaiting } from './while-waiting.ts';
import { CREDENTIALS_TOPIC, DEPLOYED_TOPIC } from './with-memory.ts';

type Given = GivenRecords & {
  readonly pid?: number;
  readonly since?: number;
  readonly json?: true;
};

const DAYS = 7;
const DAY_MS = 86_400_000;
/** Records read at the same time. */
const AT_ONCE = 8;

export const runs: CommandSpec<Given> = {
  name: 'runs',
  summary: 'List kept runs, or say which run ended a session and why.',
  arguments: [PLACE_ARGUMENT],
  options: [
    { flags: '--server <name>', about: 'only runs for this server, by its declared name' },
    { flags: '--pid <pid>', about: 'what happened to the session with this process id', parse: pidOf },
    {
      flags: '--since <time>',
      about: `an age such as 2h or 30d, or a time in UTC (default: ${DAYS}d)`,
      parse: (text) => sinceTime(text),
    },
    ...RECORDS_OPTIONS,
    JSON_OPTION,
  ],
  examples: [
    'headroom runs --server orders --since 2h',
    'headroom runs --server orders --pid 4711',
    'headroom runs s3://BUCKET --since 30d',
  ],
  notes:
    'Process ids are used again by the server: compare time and application. Quiet runs leave no record. Without a place and a server, all declared servers are meant. It needs s3:ListBucket on the bucket and s3:GetObject on records/.',
  topics: [DEPLOYED_TOPIC, CREDENTIALS_TOPIC],
  exits: { done: 'found', remains: 'nothing found' },
  run: listAndPrint,
};

function pidOf(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError('A pid is a whole number from 1.');
  return Number(text);
}

async function listAndPrint(given: Given): Promise<ExitCode> {
  const { pid, since = Date.now() - DAYS * DAY_MS, json } = given;
  const inTime = (await recentRuns(given, since))
    .filter(({ record }) => Date.parse(record.startedAt) >= since)
    .toSorted((a, b) => b.record.startedAt.localeCompare(a.record.startedAt));
  const those = pid === undefined ? inTime : inTime.filter((each) => renderSession(each, pid) !== '');
  if (json) print(jsonText({ runs: those.map(document) }));
  else if (those.length > 0)
    print(
      pid === undefined
        ? renderRuns(those, paintFor(process.stdout), screenOf(process.stdout))
        : those.map((each) => renderSession(each, pid)).join('\n\n'),
    );
  if (those.length > 0) return EXIT.done;
  const what = pid === undefined ? 'No kept run' : `No kept run saw a session with pid ${pid}`;
  printNote(`${what} since ${timeText(new Date(since).toISOString())}. --since 30d looks further back.`);
  return EXIT.remains;
}

async function recentRuns(given: Given, since: number): Promise<readonly FoundRun[]> {
  const firstDay = new Date(since).toISOString().slice(0, 10);
  const all: FoundRun[] = [];
  for (const { store, place, server, region } of await findStores(given)) {
    const places = await whileWaiting(`Listing ${place}`, () => store.places(server));
    const recent = places.filter(({ day }) => day >= firstDay);
    all.push(...(await whileWaiting(`Reading ${recent.length} records`, () => readAll(recent, region))));
  }
  return all;
}

/** A record that cannot be read is named, and the others are shown. */
async function readAll(
  places: readonly KeptPlace[],
  region: string | undefined,
): Promise<readonly FoundRun[]> {
  const found: FoundRun[] = [];
  for (let from = 0; from < places.length; from += AT_ONCE) {
    const read = places.slice(from, from + AT_ONCE).map(async ({ address }) => {
      try {
        return [{ address, record: await readRecord(address, region) }];
      } catch (thrown) {
        printNote(`${address} is left out. ${coerceError(thrown).message}`);
        return [];
      }
    });
    found.push(...(await Promise.all(read)).flat());
  }
  return found;
}

function document({ address, record }: FoundRun): Readonly<Record<string, unknown>> {
  const { runId, server, startedAt, outcome, mode, attempts } = record;
  const ended = attempts.filter(({ result }) => result === 'terminated').map(({ pid }) => pid);
  return { runId, server, startedAt, outcome, mode, ended, address };
}

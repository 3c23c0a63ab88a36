import { InvalidArgumentError } from 'commander';
import { coerceError } from '../core/base/errors.ts';
import { counted } from '../core/base/words.ts';
import type { KeptRecord } from '../core/run/kept-record.ts';
import { nameMatcher } from '../core/server/name-pattern.ts';
import { askYes, canAnswer } from './ask-yes.ts';
import type { CommandSpec } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { RECORD_REGION, readRecord } from './read-record.ts';
import { type KeptPlace, storeAt } from './records/kept-records.ts';
import { print, printNote } from './terminal.ts';
import { whileWaiting } from './while-waiting.ts';
import { CREDENTIALS_TOPIC } from './with-memory.ts';

type Given = {
  readonly place: string;
  readonly server: string;
  readonly program?: string;
  readonly region?: string;
  readonly yes?: true;
};

export const forget: CommandSpec<Given> = {
  name: 'forget',
  summary: 'Delete kept records of a server, with their pages, before their retention ends.',
  arguments: [
    { form: '<place>', about: 'where records are kept: s3://BUCKET, or a folder with its content' },
  ],
  options: [
    { flags: '--server <name>', about: "the server's declared name", isRequired: true },
    {
      flags: '--program <name>',
      about:
        'only records in which a session has this application name or role, exact or with * for any text',
    },
    RECORD_REGION,
    { flags: '--yes', about: 'ask no question: for scripts' },
  ],
  examples: [
    'headroom forget s3://BUCKET --server orders --program "bi-*"',
    'headroom forget s3://BUCKET --server orders --yes',
  ],
  notes:
    "The command lists what it would delete and asks. A record that cannot be read may name anybody, so that it is deleted too. It needs s3:ListBucket and s3:DeleteObject, and with --program s3:GetObject. Older versions in a bucket with versioning stay, and so do messages that were sent, logs, and the server's item in the memory table, which keeps the last runs and an open incident.",
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'deleted, or nothing to delete', remains: 'the answer was no' },
  run: askAndDelete,
};

async function askAndDelete({ place, server, program, region, yes }: Given): Promise<ExitCode> {
  if (!yes && !canAnswer())
    throw new InvalidArgumentError(
      'This deletes records, and here is no terminal on which the command could ask: add --yes.',
    );
  const store = storeAt(place, region);
  const all = await whileWaiting(`Listing ${place}`, () => store.places(server));
  const those =
    program === undefined
      ? all
      : await whileWaiting(`Reading ${all.length} records`, () => naming(all, program, region));
  if (those.length === 0) {
    print(
      `No kept record of ${server}${program === undefined ? '' : ` names ${program}`}: nothing was deleted.`,
    );
    return EXIT.done;
  }
  for (const { address } of those) printNote(address);
  const what = `${counted(those.length, 'record')} of ${server}, with their pages`;
  if (!yes && !(await askYes(`Delete ${what}?`))) {
    print('Nothing was deleted.');
    return EXIT.remains;
  }
  await store.remove(those);
  print(`Deleted ${what}.`);
  return EXIT.done;
}

/** The records that name the program, and those that cannot be read. */
async function naming(
  places: readonly KeptPlace[],
  program: string,
  region: string | undefined,
): Promise<readonly KeptPlace[]> {
  const matches = nameMatcher([program]);
  const those: KeptPlace[] = [];
  for (const place of places) {
    try {
      if (names(await readRecord(place.address, region), matches)) those.push(place);
    } catch (thrown) {
      const { code, message } = coerceError(thrown);
      if (code !== 'record-invalid') throw thrown;
      printNote(`${place.address} cannot be read, and is deleted too. ${message}`);
      those.push(place);
    }
  }
  return those;
}

function names({ snapshot, plan, readings }: KeptRecord, matches: (name: string) => boolean): boolean {
  const sessions = [
    ...(snapshot?.sessions ?? []),
    ...(plan?.victims ?? []).map(({ session }) => session),
    ...(plan?.spared ?? []).map(({ session }) => session),
    ...readings.flatMap(({ came }) => came),
  ];
  return sessions.some(({ application, user }) => matches(application) || matches(user ?? ''));
}

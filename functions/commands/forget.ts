import { InvalidArgumentError } from 'commander';
import { counted } from '../core/base/words.ts';
import { nameMatcher } from '../core/server/name-pattern.ts';
import { askYes, canAnswer } from './ask-yes.ts';
import type { CommandSpec } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { forgetInIndexes } from './records/forget-in-indexes.ts';
import { type Changes, changesFor, makeChanges } from './records/forget-program.ts';
import { findStores, type GivenRecords, PLACE_ARGUMENT, RECORDS_OPTIONS } from './records/found-stores.ts';
import type { KeptPlace } from './records/kept-records.ts';
import { print, printNote } from './terminal.ts';
import { whileWaiting } from './while-waiting.ts';
import { CREDENTIALS_TOPIC, DEPLOYED_TOPIC } from './with-memory.ts';

type Given = GivenRecords & {
  readonly server: string;
  readonly program?: string;
  readonly yes?: true;
};

export const forget: CommandSpec<Given> = {
  name: 'forget',
  summary: 'Delete kept records of a server, or take a program out of them, before their retention ends.',
  arguments: [PLACE_ARGUMENT],
  options: [
    { flags: '--server <name>', about: "the server's declared name", isRequired: true },
    {
      flags: '--program <name>',
      about: 'only what is about this application name or role, exact or with * for any text',
    },
    ...RECORDS_OPTIONS,
    { flags: '--yes', about: 'ask no question: for scripts' },
  ],
  examples: [
    'headroom forget --server orders --program "bi-*"',
    'headroom forget s3://BUCKET --server orders --yes',
  ],
  notes:
    "The command lists what it would change and asks. With --program, a record that names other clients too stays, without the program: its names, addresses and statements are removed, counts and times stay, and the page is drawn anew. A record that names no other client is deleted, and so is one that cannot be read. The indexes of incidents are written anew. It needs s3:ListBucket, s3:GetObject, s3:DeleteObject and s3:PutObject. Older versions in a bucket with versioning stay, and so do messages that were sent, logs, and the server's item in the memory table, which keeps the last runs and an open incident.",
  topics: [DEPLOYED_TOPIC, CREDENTIALS_TOPIC],
  exits: {
    done: 'done, or nothing to forget',
    remains: 'the answer was no, or an index still has the names',
  },
  run: askAndForget,
};

async function askAndForget(given: Given): Promise<ExitCode> {
  const { program, yes } = given;
  if (program === '') throw new InvalidArgumentError('--program needs a name.');
  if (!yes && !canAnswer())
    throw new InvalidArgumentError(
      'This deletes records, and here is no terminal on which the command could ask: add --yes.',
    );
  const [found] = await findStores(given);
  if (found === undefined) return EXIT.done;
  const { store, place, region } = found;
  const server = found.server ?? given.server;
  const matches = program === undefined ? null : nameMatcher([program]);
  const places = await whileWaiting(`Listing ${place}`, () => store.places(server));
  const { changes, names } = await whileWaiting(`Reading ${counted(places.length, 'record')}`, async () =>
    matches === null ? allOf(places) : await changesFor(places, matches, region),
  );
  for (const { kind, place: each } of changes) printNote(`${kind} ${each.address}`);
  if (!yes && !(await askYes(questionFor(changes, server)))) {
    print('Nothing was changed.');
    return EXIT.remains;
  }
  await whileWaiting('Forgetting', () => makeChanges(changes, store));
  const runs = new Set(changes.flatMap((each) => (each.kind === 'delete' ? [each.place.runId] : [])));
  const isForgotten = matches && ((culprit: string) => matches(culprit) || mentions(culprit, names));
  const isWritten = await forgetInIndexes({ server, runs, isForgotten }, await store.keep());
  print(doneText(changes, server, program));
  return isWritten ? EXIT.done : EXIT.remains;
}

function allOf(places: readonly KeptPlace[]): Changes {
  return { changes: places.map((place) => ({ kind: 'delete', place })), names: new Set() };
}

/** An index names a program without an application name as `role NAME`. */
function mentions(culprit: string, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => culprit === name || culprit.startsWith(`role ${name}`));
}

type Counted = { readonly deleted: number; readonly redacted: number };

function countOf(changes: Changes['changes']): Counted {
  const deleted = changes.filter(({ kind }) => kind === 'delete').length;
  return { deleted, redacted: changes.length - deleted };
}

function questionFor(changes: Changes['changes'], server: string): string {
  const { deleted, redacted } = countOf(changes);
  const parts = [
    ...(deleted > 0 ? [`delete ${counted(deleted, 'record')}`] : []),
    ...(redacted > 0 ? [`rewrite ${counted(redacted, 'record')} without the program`] : []),
  ];
  if (parts.length === 0)
    return `No kept record of ${server} is about that. Look through the indexes of incidents too?`;
  const [first = ''] = parts;
  return `${[first.replace(/^./, (letter) => letter.toUpperCase()), ...parts.slice(1)].join(' and ')} of ${server}, with the pages?`;
}

function doneText(changes: Changes['changes'], server: string, program: string | undefined): string {
  const { deleted, redacted } = countOf(changes);
  if (changes.length === 0)
    return `No kept record of ${server}${program === undefined ? '' : ` names ${program}`}: none was changed.`;
  return [
    ...(deleted > 0 ? [`Deleted ${counted(deleted, 'record')} of ${server}, with their pages.`] : []),
    ...(redacted > 0
      ? [`Removed ${program} from ${counted(redacted, 'record')} of ${server}, with their pages.`]
      : []),
  ].join('\n');
}

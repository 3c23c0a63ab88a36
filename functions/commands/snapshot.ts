import { type Command, Option } from 'commander';
import { RemediationError } from '../core/base/errors.ts';
import { toSnapshotFile } from '../core/server/snapshot-file.ts';
import {
  DEFAULT_STATEMENTS,
  STATEMENT_CHOICES,
  type StatementChoice,
} from '../core/server/statement-choice.ts';
import { isBlind } from '../core/server/visibility.ts';
import { jsonText } from './json-text.ts';
import { URL_HELP } from './server-url.ts';
import { print } from './terminal.ts';
import { serverOf, withServer } from './with-server.ts';

type Options = { readonly url: string; readonly statements: StatementChoice };

const HELP = `
Examples:
  headroom snapshot --url postgres://headroom@db.example.com > incident.json
  headroom plan --snapshot incident.json --policy policy.json

The smallest snapshot to write by hand (headroom schema snapshot prints all fields):
  { "slots": { "max": 100 },
    "sessions": [ { "pid": 11, "backendType": "client backend", "user": "app", "database": "shop",
                    "state": "idle", "stateAgeMs": 7200000 } ] }
Statements are reduced to their shape: the file has none of their values. --statements off leaves out every statement except
LISTEN. --statements full keeps them as they are; use it only for files that stay in the server's network.`;

export function addSnapshot(program: Command): void {
  program
    .command('snapshot')
    .description("Print the server's sessions and slots as a file for headroom plan.")
    .requiredOption('--url <url>', 'the server')
    .addOption(
      new Option('--statements <choice>', 'how much of the last statements is in the file')
        .choices(STATEMENT_CHOICES)
        .default(DEFAULT_STATEMENTS),
    )
    .addHelpText('after', `${HELP}\n${URL_HELP}`)
    .action(async ({ url, statements }: Options) => {
      const snapshot = await withServer(await serverOf(url, statements), (database) =>
        database.readSnapshot(),
      );
      const blindness = isBlind(snapshot);
      // A snapshot file does not say that its author could not see the sessions. A plan from it would take hidden
      // sessions for missing ones.
      if (blindness !== null) throw new RemediationError(blindness.code, blindness.message);
      print(jsonText(toSnapshotFile(snapshot)));
    });
}

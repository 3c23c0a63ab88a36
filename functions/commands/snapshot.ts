import { RemediationError } from '../core/base/errors.ts';
import { toSnapshotFile } from '../core/server/snapshot-file.ts';
import {
  DEFAULT_STATEMENTS,
  STATEMENT_CHOICES,
  type StatementChoice,
} from '../core/server/statement-choice.ts';
import { isBlind } from '../core/server/visibility.ts';
import { lookingPace } from '../postgres/connection/pace.ts';
import type { CommandSpec } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { findServer, type GivenServer } from './server/find-server.ts';
import { SERVER_ARGUMENT, SERVER_OPTIONS, SERVER_TOPIC } from './server/server-arguments.ts';
import { withServer } from './server/with-server.ts';
import { print } from './terminal.ts';

type Given = GivenServer & { readonly statements: StatementChoice };

export const snapshot: CommandSpec<Given> = {
  name: 'snapshot',
  summary: "Print the server's sessions and slots as a file for headroom plan.",
  arguments: [SERVER_ARGUMENT],
  options: [
    ...SERVER_OPTIONS,
    {
      flags: '--statements <choice>',
      about: 'how much of the last statements is in the file',
      choices: STATEMENT_CHOICES,
      fallback: DEFAULT_STATEMENTS,
    },
  ],
  examples: [
    'headroom snapshot --url postgres://headroom@db.example.com > incident.json',
    'headroom plan --snapshot incident.json --policy policy.json',
  ],
  notes: `The smallest snapshot to write by hand (headroom schema snapshot prints all fields):
  { "slots": { "max": 100 },
    "sessions": [ { "pid": 11, "backendType": "client backend", "user": "app",
                    "database": "shop", "state": "idle", "stateAgeMs": 7200000 } ] }
Statements are reduced to their shape: the file has none of their values. --statements off leaves out every statement except LISTEN. --statements full keeps them as they are; use it only for files that stay in the server's network.`,
  topics: [SERVER_TOPIC],
  exits: { done: 'done' },
  run: takeAndPrint,
};

async function takeAndPrint(given: Given): Promise<ExitCode> {
  const server = await findServer(given, given.statements);
  const taken = await withServer(server, (database) => database.readSnapshot(), lookingPace());
  const blindness = isBlind(taken);
  // A snapshot file does not say that its author could not see the sessions. A plan from it would take hidden sessions for
  // missing ones.
  if (blindness !== null) throw new RemediationError(blindness.code, blindness.message);
  print(jsonText(toSnapshotFile(taken)));
  return EXIT.done;
}

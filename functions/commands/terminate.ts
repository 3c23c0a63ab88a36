import { type Command, InvalidArgumentError } from 'commander';
import { isEndedOrWould } from '../core/run/named-session.ts';
import { isHidden } from '../core/server/session.ts';
import { isBlind } from '../core/server/visibility.ts';
import { type NamedTermination, terminateNamed } from '../remediate/terminate-named.ts';
import { renderTermination, terminationDocument } from '../render/terminal/terminate-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { URL_HELP } from './server-url.ts';
import { paintFor, print, printError } from './terminal.ts';
import { serverOf, withServer } from './with-server.ts';

type Options = { readonly url: string; readonly apply?: true; readonly json?: true };

/** Process ids of PostgreSQL have 32 bits, those of GaussDB more. */
const MOST_PID = Number.MAX_SAFE_INTEGER;

const HELP = `
Examples:
  headroom terminate 4711 4712 --url postgres://headroom@db.example.com
  headroom terminate 4711 4712 --url postgres://headroom@db.example.com --apply

You decide, and no policy is asked: a session is ended in any state, with its statement and its transaction. A session that
changes between the look and the termination stays. Our own sessions, the server's processes, replication, superusers and
the provider's roles are never ended.

Exit codes:
  0  all of them are gone (or would be)     1  some remain
  2  bad usage or input                     3  could not do its job`;

export function addTerminate(program: Command): void {
  program
    .command('terminate')
    .description('End the sessions with these pids. Without --apply, only show them.')
    .argument('<pid...>', 'process ids, as pg_stat_activity and headroom plan show them', pidsOf)
    .requiredOption('--url <url>', 'the server')
    .option('--apply', 'end them; without it, only show them')
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', `${HELP}\n${URL_HELP}`)
    .action(async (pids: readonly number[], options: Options) => {
      process.exitCode = await terminate(pids, options);
    });
}

/** Keeps each pid once, however often it is named. */
function pidsOf(text: string, before: readonly number[] | undefined): readonly number[] {
  const pid = Number(text);
  if (!/^[1-9]\d*$/.test(text) || pid > MOST_PID)
    throw new InvalidArgumentError(`A pid is a whole number from 1 to ${MOST_PID}.`);
  return [...new Set([...(before ?? []), pid])];
}

async function terminate(pids: readonly number[], options: Options): Promise<ExitCode> {
  const { url, json } = options;
  const apply = options.apply ?? false;
  const server = await serverOf(url);
  const ports = server.ports(() => {});
  const done = await withServer(server, (database) => terminateNamed({ pids, apply }, database, ports));
  print(
    json
      ? jsonText(terminationDocument(server.name, done.sessions, apply))
      : renderTermination(server.name, done.sessions, apply, paintFor(process.stdout)),
  );
  const problem = done.problem ?? blindness(done);
  if (problem !== null) {
    printError(problem.message);
    return EXIT.couldNot;
  }
  return done.sessions.every(isEndedOrWould) ? EXIT.done : EXIT.remains;
}

/** Why we could not see a named session; null when all of them were visible. */
function blindness({ snapshot, sessions }: NamedTermination): ReturnType<typeof isBlind> {
  const isSeen = sessions.every(({ session }) => session === null || !isHidden(session));
  return isSeen ? null : isBlind(snapshot);
}

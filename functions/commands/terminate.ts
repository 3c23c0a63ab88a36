import { InvalidArgumentError } from 'commander';
import { serverTimeUs } from '../core/base/server-time.ts';
import { isEndedOrWould } from '../core/run/named-session.ts';
import { isHidden } from '../core/server/session.ts';
import { isBlind } from '../core/server/visibility.ts';
import { lookingPace, newPace } from '../postgres/connection/pace.ts';
import { type NamedTermination, terminateNamed } from '../remediate/terminate-named.ts';
import { renderTermination, terminationDocument } from '../render/terminal/terminate-text.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { findServer, type GivenServer } from './server/find-server.ts';
import { SERVER_OPTIONS, SERVER_TOPIC } from './server/server-arguments.ts';
import { withServer } from './server/with-server.ts';
import { paintFor, print, printError } from './terminal.ts';

type Given = GivenServer & {
  readonly pid: readonly number[];
  readonly unchangedSince?: number;
  readonly apply?: true;
  readonly json?: true;
};

/** Process ids of PostgreSQL have 32 bits, those of GaussDB more. */
const MOST_PID = Number.MAX_SAFE_INTEGER;

export const terminate: CommandSpec<Given> = {
  name: 'terminate',
  summary: 'End the sessions with these pids. Without --apply, only show them.',
  arguments: [
    {
      form: '<pid...>',
      about: 'process ids, as pg_stat_activity and headroom plan show them',
      parse: pidsOf,
    },
  ],
  options: [
    { flags: '--server <name>', about: 'the server, by its declared name' },
    ...SERVER_OPTIONS,
    {
      flags: '--unchanged-since <time>',
      about: "leave alone what changed after this time of the server's clock, in UTC",
      parse: timeOf,
    },
    { flags: '--apply', about: 'end them; without it, only show them' },
    JSON_OPTION,
  ],
  examples: [
    'headroom terminate 4711 4712 --server orders',
    'headroom terminate 4711 4712 --url postgres://headroom@db.example.com --apply',
    "headroom terminate 4711 --server orders --unchanged-since '2026-11-21 01:05:12.345678+00' --apply",
  ],
  notes:
    "You decide, and no policy is asked: a session is ended in any state, with its statement and its transaction. A session that changes between the look and the termination stays; with --unchanged-since also one that began, or changed its state, after that time. Messages print the time of their list. Never ended are our own sessions, the server's processes, replication, superusers, the provider's roles, backups, migrations and monitoring agents (headroom policy builtin lists their names), programs of servers such as postgres_fdw, and sessions whose last statement is LISTEN.",
  topics: [SERVER_TOPIC],
  exits: { done: 'all of them are gone (or would be)', remains: 'some remain' },
  run: terminateAndPrint,
};

/** Keeps each pid once, however often it is named. */
function pidsOf(text: string, before: unknown): readonly number[] {
  const pid = Number(text);
  if (!/^[1-9]\d*$/.test(text) || pid > MOST_PID)
    throw new InvalidArgumentError(
      `A pid is a whole number from 1 to ${MOST_PID}. The server's name goes after --server.`,
    );
  return [...new Set([...(Array.isArray(before) ? before : []), pid])];
}

function timeOf(text: string): number {
  const time = serverTimeUs(text);
  if (time === null)
    throw new InvalidArgumentError('A time is in UTC, as messages print it: 2026-11-21 01:05:12.345678+00.');
  return time;
}

async function terminateAndPrint(given: Given): Promise<ExitCode> {
  const { pid: pids, json, unchangedSince } = given;
  const apply = given.apply ?? false;
  const server = await findServer(given);
  const ports = server.ports(() => {});
  const done = await withServer(
    server,
    (database) => terminateNamed({ pids, apply, unchangedSince }, database, ports),
    apply ? newPace() : lookingPace(),
  );
  print(
    json
      ? jsonText(terminationDocument(server.name, done.sessions, apply))
      : renderTermination(server.name, done.sessions, apply, paintFor(process.stdout)),
  );
  const problem = done.problem ?? blindness(done);
  if (problem !== null) {
    printError(problem);
    return EXIT.couldNot;
  }
  return done.sessions.every(isEndedOrWould) ? EXIT.done : EXIT.remains;
}

/** Why we could not see a named session; null when all of them were visible. */
function blindness({ snapshot, sessions }: NamedTermination): ReturnType<typeof isBlind> {
  const isSeen = sessions.every(({ session }) => session === null || !isHidden(session));
  return isSeen ? null : isBlind(snapshot);
}

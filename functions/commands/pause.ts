import { userInfo } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { cleanName } from '../core/base/clean-text.ts';
import type { Pause } from '../core/run/pause.ts';
import { timeText } from '../render/base/phrases.ts';
import { updateMemory } from '../report/update-memory.ts';
import type { CommandSpec } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { print, printNote } from './terminal.ts';
import {
  CREDENTIALS_TOPIC,
  DEPLOYED_ARGUMENT,
  DEPLOYED_TOPIC,
  type GivenMemory,
  MEMORY_OPTIONS,
  serverMemory,
} from './with-memory.ts';

const MOST_REASON = 200;

type GivenPause = GivenMemory & { readonly reason?: string };

const NOTES =
  'Runs for a paused server observe, plan and report as before, but end no session, whatever started them. A pause takes effect with the next run; a run that has started goes on. Without access to AWS, revoke pg_signal_backend from the role: it has the same effect. The credentials need dynamodb:GetItem and dynamodb:PutItem on the table.';
const EXITS = { done: 'done (also if it was so before)' } as const;

export const pause: CommandSpec<GivenPause> = {
  name: 'pause',
  summary: 'Stop the runs for a server from ending sessions, until headroom resume.',
  arguments: [DEPLOYED_ARGUMENT],
  options: [
    ...MEMORY_OPTIONS,
    {
      flags: '--reason <text>',
      about: 'the reason, for the messages that people get',
      parse: reasonOf,
    },
  ],
  examples: [
    'headroom pause orders --reason "fail-over test"',
    'headroom pause orders --table pg-headroom-memory --reason "fail-over test"',
  ],
  notes: NOTES,
  topics: [DEPLOYED_TOPIC, CREDENTIALS_TOPIC],
  exits: EXITS,
  run: pauseRuns,
};

export const resume: CommandSpec<GivenMemory> = {
  name: 'resume',
  summary: 'Let the runs for a paused server end sessions again.',
  arguments: [DEPLOYED_ARGUMENT],
  options: MEMORY_OPTIONS,
  examples: ['headroom resume orders', 'headroom resume orders --table pg-headroom-memory'],
  notes: NOTES,
  topics: [DEPLOYED_TOPIC, CREDENTIALS_TOPIC],
  exits: EXITS,
  run: resumeRuns,
};

function reasonOf(text: string): string {
  if (text === '' || text.length > MOST_REASON)
    throw new InvalidArgumentError(`A reason has 1 to ${MOST_REASON} characters.`);
  return text;
}

async function pauseRuns(options: GivenPause): Promise<ExitCode> {
  const { reason = null } = options;
  const paused: Pause = { at: new Date().toISOString(), by: userName(), reason, until: null };
  // The breaker's pause ends by itself. This command sets a pause without end, also in place of the breaker's.
  const isPaused = (known: Pause | null): known is Pause => known !== null && known.until === null;
  const { name: server, store } = await serverMemory(options);
  const { before } = await updateMemory(store, server, (memory) =>
    isPaused(memory.paused) ? memory : { ...memory, paused },
  );
  const name = cleanName(server);
  if (isPaused(before.paused))
    print(`${name} was already paused, ${pauseText(before.paused)}. Nothing was changed.`);
  else print(`${name} is paused: from the next run on, no session is ended until headroom resume.`);
  // With a table the server's function is not looked up, so a name that nothing is remembered of may be a typing error.
  if (before.version === 0 && options.table !== undefined)
    printNote(`This table had no entry for ${name}: check that this is the server's name.`);
  return EXIT.done;
}

async function resumeRuns(options: GivenMemory): Promise<ExitCode> {
  const { name: server, store } = await serverMemory(options);
  const { before } = await updateMemory(store, server, (memory) =>
    memory.paused === null ? memory : { ...memory, paused: null },
  );
  const name = cleanName(server);
  if (before.paused === null) print(`${name} was not paused. Nothing was changed.`);
  else
    print(
      `${name} is resumed: from the next run on, its policy applies again. It was paused ${pauseText(before.paused)}.`,
    );
  return EXIT.done;
}

function pauseText({ at, by, reason, until }: Pause): string {
  const why = reason === null ? '' : ` ("${cleanName(reason, MOST_REASON)}")`;
  const end = until === null ? '' : `, until ${timeText(until)}`;
  return `since ${timeText(at)} by ${cleanName(by)}${why}${end}`;
}

/** Some machines have no name for the current user. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

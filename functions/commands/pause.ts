import { type SwitchPlace, writeSwitch } from '../aws/pause-switch.ts';
import { cleanName } from '../core/base/clean-text.ts';
import { coerceError, RemediationError } from '../core/base/errors.ts';
import type { Memory } from '../core/incident/memory.ts';
import { type Pause, pauseAt } from '../core/run/pause.ts';
import { timeText } from '../render/base/phrases.ts';
import type { CommandSpec } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GivenLength, MOST_REASON, PAUSE_OPTIONS } from './pause-options.ts';
import { requireDeployed } from './server/deployed-server.ts';
import { print, printNote } from './terminal.ts';
import { whoAmI } from './who-am-i.ts';
import {
  CREDENTIALS_TOPIC,
  DEPLOYED_ARGUMENT,
  DEPLOYED_TOPIC,
  type GivenMemory,
  MEMORY_OPTIONS,
  serverMemory,
} from './with-memory.ts';

type GivenPause = GivenMemory & GivenLength;

const NOTES =
  'Runs for a paused server observe, plan and report as before, but end no session, whatever started them. A pause takes effect with the next run; a run that has started goes on. The name of the IAM identity that paused is in every record. A server exists if its function does. Without access to AWS, revoke pg_signal_backend from the role: it has the same effect. The credentials need dynamodb:GetItem and dynamodb:UpdateItem on the table and those on the function: the managed policy of the output OperatorsPolicyArn has these rights.';
const EXITS = { done: 'done (also if it was so before)', badInput: 'there is no such server' } as const;

export const pause: CommandSpec<GivenPause> = {
  name: 'pause',
  summary: 'Stop the runs for a server from ending sessions, for a time or until headroom resume.',
  arguments: [DEPLOYED_ARGUMENT],
  options: [...MEMORY_OPTIONS, ...PAUSE_OPTIONS],
  examples: ['headroom pause --server orders --table pg-headroom-memory --for 2h --reason "fail-over test"'],
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

async function pauseRuns(given: GivenPause): Promise<ExitCode> {
  const { place, before } = await readExisting(given);
  const { reason = null, for: length } = given;
  const now = Date.now();
  const name = cleanName(place.server);
  const current = pauseAt(before.paused, now);
  // The breaker's pause ends by itself, and so does one with an end: this one takes its place.
  if (current?.until === null && length === undefined) {
    print(`${name} was already paused, ${pauseText(current)}. Nothing was changed.`);
    return EXIT.done;
  }
  const until = length === undefined ? null : new Date(now + length).toISOString();
  await writeSwitch(place, {
    at: new Date(now).toISOString(),
    by: await whoAmI(place.region),
    reason,
    until,
  });
  const end = until === null ? 'headroom resume' : `${timeText(until)}, or headroom resume`;
  print(`${name} is paused: from the next run on, no session is ended until ${end}.`);
  if (current !== null) print(`This replaces the pause ${pauseText(current)}.`);
  return EXIT.done;
}

async function resumeRuns(given: GivenMemory): Promise<ExitCode> {
  const { place, before } = await readExisting(given);
  const { paused } = before;
  const name = cleanName(place.server);
  if (paused === null) {
    print(`${name} was not paused. Nothing was changed.`);
    return EXIT.done;
  }
  const resumed = { at: new Date().toISOString(), by: await whoAmI(place.region) };
  await writeSwitch(place, { resumed });
  print(
    `${name} is resumed: from the next run on, its policy applies again. It was paused ${pauseText(paused)}.`,
  );
  return EXIT.done;
}

type Existing = { readonly place: SwitchPlace; readonly before: Memory };

/**
 * What is remembered of a server that exists. A pause of a name with a typing error would be believed at night. Without the
 * right to ask for its function, an entry in the table shows that there is one.
 * @throws RemediationError `config-invalid` when there is no such server, `function-unreadable` when we cannot tell.
 */
async function readExisting(given: GivenMemory): Promise<Existing> {
  const { store, place } = await serverMemory(given);
  const before = await store.read(place.server);
  if (given.table === undefined) return { place, before };
  try {
    await requireDeployed(place.server, place.region);
  } catch (thrown) {
    const { code, message } = coerceError(thrown);
    if (code !== 'function-unreadable') throw thrown;
    if (before.version === 0)
      throw new RemediationError(code, `${message} Nothing was changed.`, { cause: thrown });
    printNote(`${message} The table has an entry for ${cleanName(place.server)}, so it is taken to exist.`);
  }
  return { place, before };
}

function pauseText({ at, by, reason, until }: Pause): string {
  const why = reason === null ? '' : ` ("${cleanName(reason, MOST_REASON)}")`;
  const end = until === null ? '' : `, until ${timeText(until)}`;
  return `since ${timeText(at)} by ${cleanName(by, MOST_NAME)}${why}${end}`;
}

/** An ARN of a role with a session is longer than other names. */
const MOST_NAME = 200;

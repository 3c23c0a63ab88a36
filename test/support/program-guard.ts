import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { PROGRAM_PATH } from './installed.ts';
import type { SystemUser } from './postgres-binaries.ts';

/**
 * Runs one program in a folder of its own, which is removed with the program. Its life is tied to our end of its standard
 * input, as for a test server: however our process ends, nothing keeps running.
 */
const GUARD = `
folder=$1 signal=$2
shift 2
cd "$folder" || exit 1
ulimit -c 0
exec 3<&0
job= ending=
trap 'ending=1; [ -z "$job" ] || kill -"$signal" "$job" 2>/dev/null' HUP INT TERM
{ read -r _ <&3; kill -TERM $$; } &
watcher=$!
"$@" </dev/null 3<&- &
job=$!
[ -z "$ending" ] || kill -"$signal" "$job"
wait "$job"
while kill -0 "$job" 2>/dev/null; do wait "$job"; done
kill "$watcher" 2>/dev/null; wait "$watcher" 2>/dev/null
cd / && rm -rf "$folder"
`;

export type GuardedProgram = {
  readonly hasEnded: () => boolean;
  /** Its output so far. It can also be read while the program runs. */
  readonly log: () => string;
  /** Ends it and waits until it and its folder are gone. */
  readonly end: () => Promise<void>;
};

/** Starts `command` in `folder`; `signal` ends it at once. */
export function startProgram(
  folder: string,
  user: SystemUser,
  signal: 'KILL' | 'QUIT',
  command: readonly string[],
): GuardedProgram {
  const path = join(folder, 'log');
  const log = openSync(path, 'a', 0o644);
  const child = spawn('/bin/sh', ['-c', GUARD, 'program-guard', folder, signal, ...command], {
    ...user,
    cwd: '/',
    detached: true,
    env: { PATH: PROGRAM_PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const ended = once(child, 'exit');
  const input = child.stdin as Socket;
  input.on('error', () => {});
  child.unref();
  input.unref();
  return {
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    log: () => readFileSync(path, 'utf8'),
    async end() {
      child.ref();
      input.destroy();
      await ended;
    },
  };
}

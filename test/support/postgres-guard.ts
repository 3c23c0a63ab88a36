import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { devNull } from 'node:os';
import { join } from 'node:path';
import type { SystemUser } from './postgres-binaries.ts';

/**
 * Runs a server, starts it again on request, and removes its folder afterwards. Its life is tied to our end of its standard
 * input: the system closes that however our process ends, also by SIGKILL or a crash, which no exit hook can promise.
 * SIGQUIT is PostgreSQL's immediate shutdown: the data are not needed, and it still returns its shared memory.
 */
const GUARD = `
folder=$1 postgres=$2
shift 2
cd "$folder" || exit 1
ulimit -c 0
exec 3<&0
job= ending=
trap 'ending=1; [ -z "$job" ] || kill -QUIT "$job" 2>/dev/null' HUP INT TERM
{ read -r _ <&3; kill -TERM $$; } &
watcher=$!
run() {
  "$@" </dev/null 3<&- &
  job=$!
  [ -z "$ending" ] || kill -QUIT "$job"
  wait "$job"
  status=$?
  # A signal to us ends a wait, and the job may not have ended yet.
  while kill -0 "$job" 2>/dev/null; do wait "$job"; status=$?; done
  job=
  return "$status"
}
while [ -z "$ending" ]; do
  run env "$@" "$postgres" -D data --config_file="$folder/postgresql.conf"
  rm "$folder/again" 2>/dev/null || ending=1
done
kill "$watcher" 2>/dev/null; wait "$watcher" 2>/dev/null
cd / && rm -rf "$folder"
`;

export type Guard = {
  readonly hasEnded: () => boolean;
  /**
   * From now on the guard does not keep our process alive, so that a server which a test does not stop cannot make the
   * process hang.
   */
  readonly detach: () => void;
  /** Ends the server and waits until its processes and its folder are gone. */
  readonly end: () => Promise<void>;
};

/** Starts a guard over `folder`, which must hold `postgresql.conf` and `data`. Everything is logged to `log` there. */
export function startGuard(
  folder: string,
  postgres: string,
  user: SystemUser,
  environment: Readonly<Record<string, string>> = {},
): Guard {
  const log = openSync(join(folder, 'log'), 'a');
  const nothing = openSync(devNull, 'w');
  // Only the server has them. A library that they preload would also go into the guard's own programs.
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  // Detached, so that Ctrl-C in a terminal reaches only us. The environment is empty, because the server would obey
  // PGPORT and others.
  const child = spawn('/bin/sh', ['-c', GUARD, 'postgres-guard', folder, postgres, ...variables], {
    ...user,
    cwd: '/',
    detached: true,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', nothing, log],
  });
  closeSync(log);
  closeSync(nothing);
  const ended = endOf(child);
  const input = child.stdin as Socket;
  input.on('error', () => {});
  return {
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    detach() {
      child.unref();
      input.unref();
    },
    async end() {
      child.ref();
      input.destroy();
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * A frozen process cannot notice that the test run is over, so a shell waits for it. `read` returns when the system closes
 * our end of the pipe, which it does however we end, also by SIGKILL.
 */
const GUARD = 'trap "" HUP INT TERM; read -r _; kill -KILL "$1"';

/** Kills `child` when this process ends in any way. The guard itself ends with the child. */
export function guardAgainstOrphaning(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', GUARD, 'lambda-guard', String(child.pid)], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const input = guard.stdin as Socket;
  input.on('error', () => {});
  guard.unref();
  input.unref();
  // SIGKILL, so that the guard kills nothing: the child's process id may already belong to another process.
  child.once('exit', () => guard.kill('SIGKILL'));
}

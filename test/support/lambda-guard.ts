import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * A frozen process cannot notice that the test run is over, so a shell waits for it: `read` returns when the system
 * closes our end of the pipe, which it does however we end, SIGKILL included.
 */
const GUARD = 'trap "" HUP INT TERM; read -r _; kill -KILL "$1"';

/** Has `child` killed when this process ends in whatever way; the guard itself ends with the child. */
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
  // SIGKILL, so that it kills nothing: the child's process id may be somebody else's by now.
  child.once('exit', () => guard.kill('SIGKILL'));
}

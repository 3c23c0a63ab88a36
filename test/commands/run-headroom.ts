import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs the built `headroom` command as a process of its own, with no environment of ours but the one given. */
export async function runHeadroom(
  args: readonly string[],
  given: { readonly input?: string | Buffer; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, ['dist/cli/cli.mjs', ...args], {
    cwd: ROOT,
    env: { ...given.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A command that fails before it reads closes its end first.
  child.stdin.on('error', () => {});
  child.stdin.end(given.input ?? '');
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

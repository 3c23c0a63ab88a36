import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Reading the sources is half of what a short run takes: each test file does it once. */
const COMPILED = mkdtempSync(join(tmpdir(), 'headroom-compiled-'));
afterAll(() => rmSync(COMPILED, { recursive: true, force: true }));

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs the `headroom` command as a process of its own, with no environment of ours but the one given. */
export async function runHeadroom(
  args: readonly string[],
  given: { readonly input?: string | Buffer; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, ['functions/cli.ts', ...args], {
    cwd: ROOT,
    env: { NODE_COMPILE_CACHE: COMPILED, ...given.environment },
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

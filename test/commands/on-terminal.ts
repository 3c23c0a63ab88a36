import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = '/usr/bin/script';

/** A pseudo-terminal comes from util-linux. */
export const HAS_TERMINAL = process.platform === 'linux' && existsSync(SCRIPT);

/** Wait until the screen shows this text, then type the keys. */
export type Step = { readonly shows: string | RegExp; readonly keys: string };

export type Screen = { readonly code: number | null; readonly screen: string };

type Given = {
  readonly steps?: readonly Step[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
};

/** Runs the built `headroom` on a terminal of its own, and returns everything that was written to it. */
export async function runOnTerminal(args: readonly string[], given: Given = {}): Promise<Screen> {
  const { steps = [], environment = {}, columns = 80, rows = 40 } = given;
  const command = [process.execPath, 'dist/cli/cli.mjs', ...args].map(shellQuoted).join(' ');
  const sized = `stty cols ${columns} rows ${rows}; exec ${command}`;
  const child = spawn(SCRIPT, ['-qefc', sized, '/dev/null'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, TERM: 'xterm-256color', SHELL: '/bin/sh', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let [screen, seen, next] = ['', 0, 0];
  child.stdout.on('data', (bytes: Buffer) => {
    screen += bytes.toString();
    for (let step = steps[next]; step !== undefined; step = steps[next]) {
      const at = positionOf(screen, step.shows, seen);
      if (at === -1) return;
      [seen, next] = [at, next + 1];
      child.stdin.write(step.keys);
    }
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (next < steps.length) throw new Error(`The screen never showed ${steps[next]?.shows}:\n${screen}`);
  return { code, screen };
}

/** The end of the text in what came after `from`; -1 when it is not there yet. */
function positionOf(screen: string, text: string | RegExp, from: number): number {
  const rest = screen.slice(from);
  if (typeof text === 'string') {
    const at = rest.indexOf(text);
    return at === -1 ? -1 : from + at + text.length;
  }
  const found = text.exec(rest);
  return found === null ? -1 : from + found.index + found[0].length;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

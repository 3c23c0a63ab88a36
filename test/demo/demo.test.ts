import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { waitUntil } from '../support/wait-until.ts';

const running = new Set<ChildProcess>();

/** Starts the demo as `npm run demo` does, on the bundles that `npm test` has built. */
function startDemo() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts')], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const { promise: exit, resolve } = Promise.withResolvers<number | null>();
  child.once('exit', (code) => {
    running.delete(child);
    resolve(code);
  });
  return { child, exit, output: () => output };
}

async function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** Numbers, ages and the width of columns differ from run to run. */
const shapeOf = (line: string) =>
  line
    .replace(/\d+(?:\.\d+)?/g, '#')
    .replace(/\s+/g, ' ')
    .trim();

/** Of the README's message its subject, titles and SQL: the sentences between them differ each time. */
const TOLD = /^(?:Subject: .*|WHY \(\w+\): \S+ \w+ \w+|DONE:|NOW|LATER .*|ALTER .*|Undo: .*)/;

function shapesInReadme(): readonly string[] {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, mail = ''] = /```text\n(Subject: [\s\S]+?)```/.exec(readme) ?? [];
  return mail
    .split('\n')
    .flatMap((line) => TOLD.exec(line)?.[0] ?? [])
    .map(shapeOf);
}

describe('the demo', () => {
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  test('heals a full server through the bundled functions and proves each of its claims', {}, async () => {
    const demo = startDemo();
    const code = await demo.exit;
    expect(demo.output()).toContain('all of it is true');
    expect(demo.output()).not.toContain('✗');
    expect(demo.output()).toContain('the page of the run is in reports/demo.html');
    expect(readFileSync('reports/demo.html', 'utf8')).toMatch(
      /<h1>shop: recovered\..*<h2>Why<\/h2>.*<\/html>/s,
    );
    expect(demo.output()).toMatch(/53300 shop@postgres/);
    const printed = demo
      .output()
      .split('\n')
      .map((line) => shapeOf(line.replace('│', '')));
    expect(shapesInReadme().length).toBeGreaterThan(6);
    expect(shapesInReadme().filter((shape) => !printed.some((line) => line.startsWith(shape)))).toEqual([]);
    expect(demo.output()).toMatch(/✓ checkout got in .* after the invocation/);
    expect(code).toBe(0);
  });

  test('leaves nothing running when it is interrupted', async () => {
    const demo = startDemo();
    await waitUntil(() => demo.output().includes('billing-worker opens'), {
      what: 'the demo was under way',
    });
    const port = Number(/port (\d+)/.exec(demo.output())?.[1]);
    expect(await accepts(port)).toBe(true);
    demo.child.kill('SIGINT');
    expect(await demo.exit).toBe(130);
    expect(await accepts(port)).toBe(false);
  });
});

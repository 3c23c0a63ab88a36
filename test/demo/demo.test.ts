import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
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

describe('the demo', () => {
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  it('heals a full server through the bundled functions and proves each of its claims', {
    timeout: 90_000,
  }, async () => {
    const demo = startDemo();
    const code = await demo.exit;
    expect(demo.output()).toContain('all of it is true');
    expect(demo.output()).not.toContain('✗');
    expect(demo.output()).toContain('the page of the run is in reports/demo.html');
    expect(readFileSync('reports/demo.html', 'utf8')).toMatch(
      /<h1>shop: recovered\..*<h2>Why<\/h2>.*<\/html>/s,
    );
    expect(demo.output()).toMatch(/53300 shop@postgres/);
    expect(demo.output()).toMatch(/Subject: shop: recovered/);
    expect(demo.output()).toMatch(/✓ checkout got in .* after the invocation/);
    expect(code).toBe(0);
  });

  it('leaves nothing running when it is interrupted', { timeout: 60_000 }, async () => {
    const demo = startDemo();
    await waitUntil(() => demo.output().includes('billing-worker opens'), {
      what: 'the demo was under way',
      timeoutMs: 40_000,
    });
    const port = Number(/port (\d+)/.exec(demo.output())?.[1]);
    expect(await accepts(port)).toBe(true);
    demo.child.kill('SIGINT');
    expect(await demo.exit).toBe(130);
    expect(await accepts(port)).toBe(false);
  });
});

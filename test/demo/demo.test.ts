import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtempDisposable, readdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { CAUSES } from '../../functions/core/diagnosis/cause.ts';
import { STORIES } from '../incidents/stories/all.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import { waitUntil } from '../support/wait-until.ts';
import { DEMO_CAUSES } from './demo-causes.ts';
import { parseDemoOptions, USAGE } from './demo-options.ts';
import { demoPolicy } from './demo-policy.ts';

/** Starts the demo as `npm run demo` does, on the bundles that `npm test` has built. */
function startDemo(args: readonly string[] = [], variables: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts'), ...args], {
    env: { ...process.env, NO_COLOR: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const { promise: exit, resolve } = Promise.withResolvers<number | null>();
  child.once('exit', (code) => {
    resolve(code);
  });
  const end = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  return { child, exit, output: () => output, [Symbol.asyncDispose]: end };
}

const portIn = (output: string) => Number(/port (\d+)/.exec(output)?.[1]);

async function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/**
 * Numbers, ages and the width of columns differ from run to run. So does how sure the message is: on a slow machine the leak
 * opens its connections less steadily.
 */
const shapeOf = (line: string) =>
  line
    .replace(/^(\s*WHY) \((?:sure|likely)\)/, '$1')
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

describe.concurrent('the demo', () => {
  test('heals a full server through the bundled functions and proves each of its claims', {}, async () => {
    await using demo = startDemo();
    const code = await demo.exit;
    expect(demo.output()).toContain('all of it is true');
    expect(demo.output()).not.toContain('✗');
    expect(demo.output()).toContain(
      `the page of the run: ${pathToFileURL(resolve('reports/demo.html')).href}`,
    );
    expect(readFileSync('reports/demo.html', 'utf8')).toMatch(
      /<h1>[^<]*shop[^<]*<\/h1>.*<h2>Why<\/h2>.*<\/html>/s,
    );
    expect(demo.output()).toMatch(/53300 shop@postgres/);
    const printed = demo
      .output()
      .split('\n')
      .map((line) => shapeOf(line.replace('│', '')));
    expect(shapesInReadme().length).toBeGreaterThan(5);
    expect(shapesInReadme().filter((shape) => !printed.some((line) => line.startsWith(shape)))).toEqual([]);
    expect(demo.output()).toMatch(/✓ checkout got in .* after the invocation/);
    expect(code).toBe(0);
  });

  test('leaves nothing running, and no file, when it is interrupted', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'demo-'));
    // As root, the server is another user, who may pass through the folder and change nothing in it.
    await chmod(folder.path, 0o755);
    await using demo = startDemo([], { TMPDIR: folder.path });
    await waitUntil(() => demo.output().includes('billing-worker opens'), {
      what: 'the demo was under way',
    });
    const port = portIn(demo.output());
    expect(await accepts(port)).toBe(true);
    demo.child.kill('SIGINT');
    expect(await demo.exit).toBe(130);
    expect(demo.output()).toContain('interrupted; everything is cleaned up');
    expect(await readdir(folder.path)).not.toContainEqual(expect.stringMatching(/^headroom-/));
    expect(await accepts(port)).toBe(false);
  });

  test('keeps its server for the commands that it prints until Ctrl-C', async () => {
    await using demo = startDemo(['--cause', 'role-limit', '--keep']);
    await waitUntil(() => demo.output().includes('-- show '), { what: 'the commands were printed' });
    const [, password = ''] = /export PGPASSWORD=(\S+)/.exec(demo.output()) ?? [];
    const typed = /npm run -s headroom -- (plan --url .*)/.exec(demo.output())?.[1] ?? '';
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, '../../functions/cli.ts'), ...typed.split(' ')],
      { env: { ...process.env, PGPASSWORD: password } },
    ).catch((error) => error);
    expect(stdout).toMatch(/role batch/);
    demo.child.kill('SIGINT');
    expect(await demo.exit).toBe(0);
    expect(await accepts(portIn(demo.output()))).toBe(false);
  });

  test('ends nothing when it observes', async () => {
    await using demo = startDemo(['--mode', 'observe']);
    expect(await demo.exit).toBe(0);
    expect(demo.output()).toMatch(/✓ billing-worker still has its \d+ sessions/);
    expect(demo.output()).toMatch(/Subject: .* observed\b/s);
  });

  test.runIf(IS_THOROUGH)('draws one line again and again on a terminal', async () => {
    await using demo = startDemo(['--cause', 'lock-pile-up'], { DEMO_COLUMNS: '60' });
    expect(await demo.exit).toBe(0);
    expect(demo.output()).toMatch(/ {9}[⠋-⠿] █+░* {2}\d+ of 54/);
    const lines = demo
      .output()
      .split('\n')
      .flatMap((line) => line.split('\r'));
    const plain = lines.map((line) => stripVTControlCharacters(line));
    const isLong = (line: string) => line.length > 60 && line.split(' ').every((word) => word.length < 40);
    expect(plain.filter(isLong)).toEqual([]);
    expect(plain.join('\n')).toContain('✓ the diagnosis says lock-pile-up');
  });
});

describe.concurrent('each cause that a diagnosis can name', () => {
  test('can be played', () => {
    expect(Object.keys(DEMO_CAUSES).toSorted()).toEqual(
      CAUSES.filter((cause) => cause !== 'unclear').toSorted(),
    );
    const played = Object.entries(DEMO_CAUSES).map(([cause, { story }]) => ({ cause, story }));
    const absent = played.filter(
      ({ story }) => story !== null && !STORIES.some(({ name }) => name === story),
    );
    expect(absent).toEqual([]);
    expect(played.filter(({ story }) => story === null)).toEqual([{ cause: 'connection-leak', story: null }]);
  });

  test.each(['replication-limit', 'half-open-clients'])(
    'is what the functions say about its incident: %s',
    async (cause) => {
      await using demo = startDemo(['--cause', cause]);
      expect(await demo.exit).toBe(0);
      expect(demo.output()).toContain(`✓ the diagnosis says ${cause}`);
    },
  );
});

describe('the options of the demo', () => {
  test('are a leak, in the mode of the policy, unless others are asked for', () => {
    expect(parseDemoOptions([])).toEqual({
      kind: 'play',
      options: { cause: 'connection-leak', mode: null, policyFile: null, open: false, keep: false },
    });
    expect(
      parseDemoOptions([
        '--open',
        '--keep',
        '--mode',
        'observe',
        '--policy',
        'p.json',
        '--cause',
        'role-limit',
      ]),
    ).toEqual({
      kind: 'play',
      options: { cause: 'role-limit', mode: 'observe', policyFile: 'p.json', open: true, keep: true },
    });
  });

  test.each([
    [['--cause', 'unclear'], '--cause "unclear" is not known. Allowed: connection-leak, '],
    [['--mode', 'off'], '--mode "off" is not known. Allowed: enforce, observe.'],
    [['--fast'], "Unknown option '--fast'"],
  ])('are refused with what is allowed: %s', (args, problem) => {
    expect(parseDemoOptions(args)).toMatchObject({
      kind: 'wrong',
      problem: expect.stringContaining(problem),
    });
  });

  test('name every cause in --help', () => {
    expect(Object.keys(DEMO_CAUSES).filter((cause) => !USAGE.includes(`    ${cause} `))).toEqual([]);
  });

  test('set the mode of a policy of the reader, and refuse a policy that does not parse', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'headroom-demo-'));
    const file = join(folder.path, 'policy.json');
    await writeFile(file, '{"mode":"enforce","relieve":{"ladder":[{"state":"idle","minAge":"1h"}]}}');
    expect(await demoPolicy({ policyFile: file, mode: null })).toMatchObject({ kind: 'own' });
    expect(await demoPolicy({ policyFile: file, mode: 'observe' })).toMatchObject({
      kind: 'observing',
      policy: { mode: 'observe' },
    });
    await writeFile(file, '{"mode":"now"}');
    await expect(demoPolicy({ policyFile: file, mode: null })).rejects.toThrow('mode');
  });
});

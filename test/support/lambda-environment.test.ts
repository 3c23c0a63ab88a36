import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isRunning, type LambdaBench, makeLambdaBench, THROWS } from './lambda-bench.ts';
import { waitUntil } from './wait-until.ts';

let bench: LambdaBench;

beforeEach(() => {
  bench = makeLambdaBench();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await bench.clear();
});

describe('an environment', () => {
  test('gives the handler the context and the environment of Lambda, and nothing of ours', async () => {
    vi.stubEnv('LOOPBACK_LEAK', 'leaked');
    const { bundle: task, ...rest } = bench.bundle(
      `export const handler = async (event, context) => ({ context, left: context.getRemainingTimeInMillis(),
        env: process.env, cwd: process.cwd(), version: process.version });`,
      {
        environment: { MINE: '1', AWS_REGION: 'overwritten', NODE_OPTIONS: '--no-deprecation' },
        memoryMb: 256,
      },
    );
    const { response, requestId } = await bench
      .deploy({ fn: { bundle: task, ...rest } })
      .invokeAsync('fn', {});

    const { context, left, env, cwd, version } = response as Record<string, object>;
    expect(context).toEqual({
      awsRequestId: requestId,
      functionName: 'fn',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:fn',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/fn',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST][0-9a-f]{32}$/),
      callbackWaitsForEmptyEventLoop: true,
    });
    expect(left).toBeGreaterThan(4_500);
    expect(left).toBeLessThanOrEqual(5_000);
    expect(env).toMatchObject({
      MINE: '1',
      NODE_OPTIONS: '--no-deprecation',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'fn',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      LAMBDA_TASK_ROOT: task,
      _HANDLER: 'index.handler',
      TZ: ':UTC',
    });
    const strangers = Object.keys(env ?? {}).filter(
      (name) => !/^(AWS_|LAMBDA_|_HANDLER|TZ|LANG|PATH|MINE|NODE_OPTIONS)/.test(name),
    );
    expect(strangers).toEqual([]);
    expect(cwd).toBe(task);
    expect(version).toBe(process.version);
  });

  test('is kept warm for the next event', async () => {
    const service = bench.deploy({
      fn: bench.bundle(`let n = 0; export const handler = async () => [++n, process.pid];`),
    });
    const first = await service.invokeAsync('fn', {});
    const second = await service.invokeAsync('fn', {});

    expect(first).toMatchObject({ coldStart: true, initMs: expect.any(Number) });
    expect(second).toMatchObject({ coldStart: false, initMs: null });
    expect(second.response).toEqual([2, (first.response as number[])[1]]);
  });

  test('is frozen from its return until the next event', async () => {
    const service = bench.deploy({
      fn: bench.bundle(`let ticks = 0; setInterval(() => { ticks += 1; }, 10);
        export const handler = async () => ({ ticks, pid: process.pid });`),
    });
    const before = (await service.invokeAsync('fn', {})).response as { ticks: number; pid: number };
    if (process.platform === 'linux') {
      const state = () => readFileSync(`/proc/${before.pid}/stat`, 'utf8').split(' ')[2];
      await waitUntil(() => state() === 'T', { what: 'the process is stopped' });
    }
    await sleep(1_000); // a hundred ticks, if it were running
    const after = (await service.invokeAsync('fn', {})).response as { ticks: number; pid: number };

    expect(after.pid).toBe(before.pid);
    expect(after.ticks - before.ticks).toBeLessThan(50);
  });

  test('is frozen before anything that was left running can go on', async () => {
    const file = join(bench.folder, 'afterwards');
    const service = bench.deploy({
      fn: bench.bundle(`import { writeFileSync } from 'node:fs';
        export const handler = async () => { setTimeout(() => writeFileSync(${JSON.stringify(file)}, ''), 300); };`),
    });
    await service.invokeAsync('fn', {});
    await sleep(600);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  test('is killed at the deadline and replaced', async () => {
    const service = bench.deploy({
      fn: bench.bundle(
        `let n = 0; export const handler = async (event) => {
          n += 1; console.log('pid', process.pid); if (event.hang) while (true); return n; };`,
        { timeoutSeconds: 0.5 },
      ),
    });
    const hung = await service.invokeAsync('fn', { hang: true });
    expect(hung.error).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${hung.requestId} Error: Task timed out after 0.50 seconds`,
    });
    expect(hung.durationMs).toBeGreaterThanOrEqual(490);
    expect(isRunning(Number(/pid (\d+)/.exec(service.logs[0]?.line ?? '')?.[1]))).toBe(false);
    expect(await service.invokeAsync('fn', {})).toMatchObject({ coldStart: true, response: 1 });
  });

  test('logs each call of the console as one event with its request, other output as it is', async () => {
    const service = bench.deploy({
      fn: bench.bundle(`console.log('loading'); export const handler = async () => {
        console.error('two\\nlines', { a: 1 }); process.stdout.write('{"raw":true}\\n'); process.stderr.write('no break'); };`),
    });
    const { requestId } = await service.invokeAsync('fn', {});
    await service.stop(); // ends the line without a line break

    const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    const lines = service.logs.map(({ line }) => line);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(new RegExp(`^${time}\t\tINFO\tloading$`));
    expect(lines[1]).toMatch(new RegExp(`^${time}\t${requestId}\tERROR\ttwo\nlines { a: 1 }$`));
    expect(lines.slice(2)).toEqual(expect.arrayContaining(['{"raw":true}', 'no break']));
  });

  test('has all its output in the logs when an invocation is done, however much it is and however it ended', async () => {
    const service = bench.deploy({
      fn: bench.bundle(`export const handler = async (event) => {
        for (let n = 0; n < 500; n += 1) { console.log('x'.repeat(1000)); process.stderr.write('y'.repeat(1000) + '\\n'); }
        if (event.exit) process.exit(1); };`),
    });
    for (const [n, exit] of [false, false, true].entries()) {
      await service.invokeAsync('fn', { exit });
      expect(service.logs).toHaveLength(1000 * (n + 1));
    }
  });
});

describe('an error', () => {
  const outcomeOf = async (code: string) => {
    const service = bench.deploy({ fn: bench.bundle(code) });
    return { service, invocation: await service.invokeAsync('fn', {}) };
  };

  test('that is thrown is described, and the environment lives on', async () => {
    const { service, invocation } = await outcomeOf(THROWS);
    expect(invocation.error).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
    expect(invocation.error?.trace?.[0]).toBe('RangeError: too far');
    expect((await service.invokeAsync('fn', {})).coldStart).toBe(false);
  });

  test.each([
    ['while loading', 'throw new TypeError("bad start");', 'TypeError', 'bad start'],
    ['of syntax', 'export const handler = ;', 'Runtime.UserCodeSyntaxError', 'SyntaxError'],
    ['of a missing module', 'import "nowhere";', 'Runtime.ImportModuleError', 'nowhere'],
    [
      'of a missing export',
      'export const other = 1;',
      'Runtime.HandlerNotFound',
      'index.handler is undefined',
    ],
    [
      'outside the handler',
      'export const handler = () => new Promise(() => setImmediate(() => { throw new Error("elsewhere"); }));',
      'Error',
      'elsewhere',
    ],
    [
      'in a promise nobody awaits',
      'export const handler = () => new Promise(() => { Promise.reject(new Error("lost")); });',
      'Runtime.UnhandledPromiseRejection',
      'Error: lost',
    ],
  ])('%s ends the environment', async (_, code, errorType, errorMessage) => {
    const { service, invocation } = await outcomeOf(code);
    expect(invocation.error).toMatchObject({
      errorType,
      errorMessage: expect.stringContaining(errorMessage),
    });
    expect((await service.invokeAsync('fn', {})).error).toMatchObject({ errorType });
    expect(service.invocations.map(({ coldStart }) => coldStart)).toEqual([true, true]);
  });

  test('of a process that exits, or waits for nothing, is named as in Lambda', async () => {
    const service = bench.deploy({
      exits: bench.bundle('export const handler = async () => process.exit(3);'),
      waits: bench.bundle('export const handler = (event) => event.wait ? new Promise(() => {}) : "fine";'),
    });
    expect((await service.invokeAsync('exits', {})).error).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(
        /^RequestId: \S{36} Error: Runtime exited with error: exit status 3$/,
      ),
    });
    expect((await service.invokeAsync('waits', { wait: true })).error?.errorType).toBe('Runtime.NodeJsExit');
    expect((await service.invokeAsync('waits', {})).response).toBe('fine');
  });

  test('is what becomes of a response above 6 MB', async () => {
    const code = 'export const handler = async () => "x".repeat(6_291_555);';
    const { service, invocation } = await outcomeOf(code);
    expect(invocation.error).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage:
        'Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect((await service.invokeAsync('fn', {})).coldStart).toBe(false);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ECHO, isRunning, type LambdaBench, makeLambdaBench, THROWS } from './lambda-bench.ts';
import { waitUntil } from './wait-until.ts';

const MB = 1_048_576;
const ACCOUNT_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function';

let bench: LambdaBench;

beforeEach(() => {
  bench = makeLambdaBench();
});

afterEach(() => bench.clear());

describe('a destination', () => {
  test('receives the record of a success', async () => {
    const service = bench.deploy({
      fn: bench.bundle(ECHO, { onSuccess: 'next', onFailure: 'other' }),
      next: bench.bundle(ECHO),
      other: bench.bundle(ECHO),
    });
    const invocation = await service.invokeAsync('fn', { a: 1 });

    const received = invocation.destination?.invocation;
    expect(received?.functionName).toBe('next');
    expect(received?.event).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      requestContext: {
        requestId: invocation.requestId,
        functionArn: `${ACCOUNT_ARN}:fn:$LATEST`,
        condition: 'Success',
        approximateInvokeCount: 1,
      },
      requestPayload: { a: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: invocation.response,
    });
    expect(received?.response).toMatchObject({ got: received?.event });
    expect(service.invocations.map(({ functionName }) => functionName)).toEqual(['fn', 'next']);
  });

  test('receives the record of a failure, after the retries', async () => {
    const fn = bench.bundle(THROWS, { onSuccess: 'other', onFailure: 'next', maximumRetryAttempts: 1 });
    const service = bench.deploy({ fn, next: bench.bundle(ECHO), other: bench.bundle(ECHO) });
    const { destination, attempts } = await service.invokeAsync('fn', {});

    expect(attempts).toHaveLength(2);
    expect(destination?.invocation?.functionName).toBe('next');
    expect(destination?.envelope).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'RangeError', errorMessage: 'too far', trace: expect.any(Array) },
    });
  });

  test('receives the record of an expired event, which the function never saw', async () => {
    const fn = bench.bundle(ECHO, { onFailure: 'next', maximumEventAgeSeconds: 60 });
    const service = bench.deploy({ fn, next: bench.bundle(ECHO) });
    const expired = await service.invokeAsync('fn', { a: 1 }, { ageMs: 60_001 });

    expect(expired).toMatchObject({
      attempts: [],
      coldStart: false,
      initMs: null,
      durationMs: 0,
      error: null,
    });
    expect(expired.destination?.invocation?.event).toEqual({
      version: '1.0',
      timestamp: expect.any(String),
      requestContext: {
        requestId: expired.requestId,
        functionArn: `${ACCOUNT_ARN}:fn:$LATEST`,
        condition: 'EventAgeExceeded',
        approximateInvokeCount: 0,
      },
      requestPayload: { a: 1 },
    });
    expect((await service.invokeAsync('fn', {}, { ageMs: 59_000 })).condition).toBe('Success');
  });

  test('learns of an event that grew too old between two attempts, with what the last one said', async () => {
    const fn = bench.bundle(THROWS, {
      onFailure: 'next',
      maximumEventAgeSeconds: 60,
      maximumRetryAttempts: 2,
    });
    const service = bench.deploy({ fn, next: bench.bundle(ECHO) });
    expect((await service.invokeAsync('fn', {})).destination?.envelope).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'RangeError' },
    });
  });

  test('is not invoked with a record above 1 MB', async () => {
    const fn = bench.bundle(`export const handler = async () => "x".repeat(${MB});`, { onSuccess: 'next' });
    const service = bench.deploy({ fn, next: bench.bundle(ECHO) });
    const { condition, destination } = await service.invokeAsync('fn', {});

    expect(condition).toBe('Success');
    expect(destination).toMatchObject({ functionName: 'next', invocation: null });
    expect(destination?.failure).toMatch(
      /^RequestTooLargeException: \d+ byte payload is too large .*1048576 bytes/,
    );
    expect(service.invocations).toHaveLength(1);
  });

  test('must exist', () => {
    expect(() => bench.deploy({ fn: bench.bundle(ECHO, { onFailure: 'nobody' }) })).toThrow(
      /Function not found: .*:nobody/,
    );
  });
});

describe('an event', () => {
  test('delivered twice at once is worked on by two processes under one request id', async () => {
    const service = bench.deploy({ fn: bench.bundle(ECHO, { onSuccess: 'next' }), next: bench.bundle(ECHO) });
    const [one, two] = await service.invokeTwice('fn', {}, { order: 'together' });

    expect(two.requestId).toBe(one.requestId);
    expect((two.response as { pid: number }).pid).not.toBe((one.response as { pid: number }).pid);
    expect(service.invocations.filter(({ functionName }) => functionName === 'next')).toHaveLength(2);
  });

  test('delivered twice in turn is worked on by one process', async () => {
    const [one, two] = await bench
      .deploy({ fn: bench.bundle(ECHO) })
      .invokeTwice('fn', { a: 1 }, { order: 'in turn' });
    expect(two).toMatchObject({ requestId: one.requestId, response: one.response, coldStart: false });
  });

  test('above 1 MB, or without a destination, is refused', async () => {
    const service = bench.deploy({ fn: bench.bundle(ECHO) });
    await expect(service.invokeAsync('fn', 'x'.repeat(MB - 1))).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      message: '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    });
    await expect(service.invokeAsync('nobody', {})).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect(service.invocations).toEqual([]);
  });
});

describe('nothing is left running', () => {
  const pidOf = (response: unknown) => (response as { pid: number }).pid;

  test('after stop(), neither what is frozen nor what is busy', async () => {
    const busy = bench.bundle(
      `export const handler = async () => { console.log('pid', process.pid); await new Promise((r) => setTimeout(r, 4000)); };`,
    );
    const service = bench.deploy({ frozen: bench.bundle(ECHO), busy });
    const frozen = pidOf((await service.invokeAsync('frozen', {})).response);
    const underWay = service.invokeAsync('busy', {});
    const line = await waitUntil(() => service.logs[0]?.line, { what: 'the busy function has logged' });
    await Promise.all([expect(underWay).rejects.toThrow(/was stopped/), service.stop()]);

    expect(isRunning(frozen)).toBe(false);
    expect(isRunning(Number(/pid (\d+)/.exec(String(line))?.[1]))).toBe(false);
    await expect(service.invokeAsync('frozen', {})).rejects.toThrow(/was stopped/);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL', 'exit'] as const)(
    'after the end of our own process by %s',
    async (end) => {
      const script = join(bench.folder, 'parent.ts');
      const service = JSON.stringify(join(import.meta.dirname, 'loopback-lambda.ts'));
      writeFileSync(
        script,
        `import { startLoopbackLambda } from ${service};
       const lambda = startLoopbackLambda({ functions: { fn: ${JSON.stringify(bench.bundle(ECHO))} } });
       console.log((await lambda.invokeAsync('fn', {})).response.pid);
       ${end === 'exit' ? 'process.exit(0);' : ''}`,
      );
      const parent = spawn(process.execPath, [script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: parent.stdout });
      const [pid] = await once(lines, 'line');
      if (end !== 'exit') parent.kill(end);
      await once(parent, 'exit');
      await waitUntil(() => !isRunning(Number(pid)), { what: 'the frozen function is gone' });
    },
  );
});

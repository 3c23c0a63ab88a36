import { Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { connect } from '../../functions/postgres/connection/connect.ts';
import type { Target } from '../../functions/postgres/connection/target.ts';
import { listenOnLoopback } from '../support/proxy.ts';
import { inMs, targetOf } from '../support/targets.ts';

/** Nobody here is a server: what answers is made up, byte by byte. */

const PASSWORD = 'correct-horse-battery-staple';
const VERIFY = { tls: { mode: 'verify', caFile: null } } as const;
const SHORT_MS = 500;

async function connectTo(address: { host: string; port: number }, more: Partial<Target>, withinMs: number) {
  const startedAt = performance.now();
  const source = async () => ({ user: 'headroom', password: PASSWORD });
  const connection = await connect(targetOf(address, more), source, inMs(withinMs));
  if (!('problem' in connection)) throw new Error('It got in');
  expect(inspect(connection, { depth: null, showHidden: true })).not.toContain(PASSWORD);
  return { ...connection, tookMs: performance.now() - startedAt };
}

test('what can be done meanwhile begins once the first message is sent, and not where no server listens', async () => {
  const order: string[] = [];
  const { write } = Socket.prototype;
  const written = vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args) {
    order.push('sent');
    return Reflect.apply(write, this, args);
  });
  const source = async () => {
    order.push('credentials');
    return { user: 'headroom', password: PASSWORD };
  };
  const options = { onHandshake: () => order.push('meanwhile') };
  await using silent = await listenOnLoopback(() => {});
  await connect(targetOf(silent, {}), source, inMs(SHORT_MS), options);
  written.mockRestore();
  expect(order).toEqual(['credentials', 'sent', 'meanwhile']);

  const { host, port, [Symbol.asyncDispose]: close } = await listenOnLoopback(() => {});
  await close();
  await connect(targetOf({ host, port }, {}), source, inMs(SHORT_MS), options);
  expect(order.filter((step) => step === 'meanwhile')).toHaveLength(1);
});

test('where no server listens it is over at once', async () => {
  const { host, port, [Symbol.asyncDispose]: close } = await listenOnLoopback(() => {});
  await close();
  const { problem, connecting, tookMs } = await connectTo({ host, port }, {}, 60_000);
  expect(problem).toEqual({
    code: 'connect-unreachable',
    message: expect.stringMatching(/^No connection to 127\.0\.0\.1:\d+ \(ECONNREFUSED: .*security groups/),
  });
  expect(connecting).toEqual({ attempts: 1, refusals: [{ sqlstate: '', routine: '', count: 1 }] });
  expect(tookMs).toBeLessThan(30_000);
});

test('a name that does not resolve is over at once', async () => {
  const { problem } = await connectTo({ host: 'nowhere.invalid', port: 5432 }, {}, 10_000);
  expect(problem).toMatchObject({
    code: 'connect-unreachable',
    message: expect.stringContaining('nowhere.invalid:5432'),
  });
});

describe('a server that accepts the connection and stays silent', () => {
  test.each<[string, Partial<Target>, (bytes: Buffer) => string | null]>([
    ['from the start', {}, () => null],
    ['when asked for TLS', VERIFY, () => null],
    ['once TLS was agreed on', VERIFY, (bytes) => (bytes.length === 8 ? 'S' : null)],
  ])('%s is given up at the deadline, an attempt under way included', async (_, more, answer) => {
    await using silent = await listenOnLoopback((client) =>
      client.on('data', (bytes) => {
        const said = answer(bytes);
        if (said !== null) client.write(said);
      }),
    );
    const { problem, connecting, tookMs } = await connectTo(silent, more, SHORT_MS);
    expect(problem).toMatchObject({
      code: 'connect-unreachable',
      message: expect.stringContaining(': it does not answer; check the security groups'),
    });
    expect(connecting).toEqual({ attempts: 1, refusals: [{ sqlstate: '', routine: '', count: 1 }] });
    expect(tookMs).toBeGreaterThan(SHORT_MS - 100);
    expect(tookMs).toBeLessThan(SHORT_MS + 1_500);
  });
});

test('a refusal before TLS is set up is tried again: the server may be too full to say so', async () => {
  let taken = 0;
  await using full = await listenOnLoopback((client) => {
    taken += 1;
    client.on('data', () => client.end('E'));
  });
  const { problem, connecting } = await connectTo(full, VERIFY, SHORT_MS);
  expect(problem).toMatchObject({
    code: 'connect-full',
    message: expect.stringContaining('it refuses before TLS is set up'),
  });
  expect(connecting.attempts).toBeGreaterThan(2);
  // The deadline may cut off the last try before it arrives.
  expect(connecting.attempts - taken).toBeOneOf([0, 1]);
});

test('what is no PostgreSQL at all is not asked twice', async () => {
  await using web = await listenOnLoopback((client) =>
    client.on('data', () => client.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  );
  const { problem, connecting, tookMs } = await connectTo(web, {}, 60_000);
  expect(problem.code).toBe('connect-unreachable');
  expect(connecting.attempts).toBe(1);
  expect(tookMs).toBeLessThan(30_000);
});

test('a secret that cannot be read is the answer, and no connection is made', async () => {
  let taken = 0;
  await using server = await listenOnLoopback(() => (taken += 1));
  const source = () => Promise.reject(new Error('no secret'));
  const connection = await connect(targetOf(server), source, inMs(SHORT_MS));
  expect(connection).toEqual({
    problem: { code: 'unexpected', message: 'no secret' },
    connecting: { attempts: 0, refusals: [] },
  });
  expect(taken).toBe(0);
});

test('connections that are reset are tried again until one holds, or the deadline comes', async () => {
  await using resetting = await listenOnLoopback((client) => client.resetAndDestroy());
  const { problem, connecting } = await connectTo(resetting, {}, SHORT_MS);
  expect(problem).toMatchObject({
    code: 'connect-unreachable',
    message: expect.stringContaining('it closes connections at once'),
  });
  expect(connecting.attempts).toBeGreaterThan(3);
});

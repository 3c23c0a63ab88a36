import { expect, test } from 'vitest';
import { runHeadroom } from './run-headroom.ts';

test('headroom cost adds up the declaration beside it, as text and as JSON with its prices', async () => {
  const text = await runHeadroom(['cost']);
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toContain('Region eu-west-1: $6.99 a month for 1 server\n');
  const { stdout } = await runHeadroom(['cost', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    together: expect.closeTo(6.99, 2),
    prices: { alarm: { dollars: 0.1, source: 'https://aws.amazon.com/cloudwatch/pricing/' } },
  });
});

test('headroom cost refuses a declaration that is none, in words', async () => {
  const { code, stderr } = await runHeadroom(['cost', '-'], { input: '{"context":{"servers":[{}]}}' });
  expect([code, stderr]).toEqual([2, expect.stringContaining('servers[0].name: missing')]);
});

test.each(['cost', 'preflight'])(
  "headroom %s says that it takes a file and no server's name",
  async (command) => {
    const { code, stderr } = await runHeadroom([command, 'orders']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('There is no file "orders": name the file')]);
    expect(stderr).toContain('The name of a server is not taken here');
  },
);

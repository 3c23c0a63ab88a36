import { describe, expect, test } from 'vitest';
import { startLoopbackS3 } from '../support/loopback-s3.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { runHeadroom } from './run-headroom.ts';

/** Commands of a fleet that need no cell. */

test('headroom fleet enrol prints SQL for psql and JSON for pipelines', async () => {
  const { stdout } = await runHeadroom(['fleet', 'enrol', '--print', '--version', '16']);
  expect(stdout).toContain('CREATE ROLE "headroom_observer"');
  expect(stdout).toContain('-- To undo:\n--   DROP ROLE IF EXISTS "headroom";');
  const { statements, undo, version } = JSON.parse(
    (await runHeadroom(['fleet', 'enrol', '--json', '--version', '16.4'])).stdout,
  );
  expect([version, statements.length > 10, undo.length]).toEqual([16, true, 2]);
});

describe('headroom fleet guardrail', () => {
  test('prints the service control policy with the roles that may', async () => {
    const roles = ['arn:aws:iam::*:role/platform-*', 'arn:aws:iam::111122223333:role/vending'];
    const policy = JSON.parse((await runHeadroom(['fleet', 'guardrail', ...roles])).stdout);
    expect(policy.Statement[0].Condition.ArnNotLike).toEqual({ 'aws:PrincipalArn': roles });
  });

  test('needs a role: with none nobody could opt in, and with * everybody', async () => {
    expect((await runHeadroom(['fleet', 'guardrail'])).code).toBe(2);
    expect(await runHeadroom(['fleet', 'guardrail', '*'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ARNs of roles'),
    });
  });
});

test.each([['--region', 'eu-west-1'], ['--prove', 'test'], ['--by-ids']])(
  'headroom preflight takes no %s without --fleet, which it would ignore',
  async (...args) => {
    const { code, stdout, stderr } = await runHeadroom(['preflight', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${args[0]} goes with --fleet`);
  },
);

test('headroom preflight --fleet takes no declaration, which it would ignore', async () => {
  const { code, stdout, stderr } = await runHeadroom([
    'preflight',
    '--fleet',
    '--region',
    'eu-west-1',
    'staging.json',
  ]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--fleet reads no declaration: leave out staging.json');
});

test('headroom preflight --fleet prints a script of which the last command is the proof', async () => {
  const { stdout } = await runHeadroom(['preflight', '--fleet', '--region', 'eu-west-1']);
  expect(stdout).toMatch(/^# Cell in region eu-west-1\n/);
  expect(stdout).toMatch(/\nheadroom preflight --fleet --region eu-west-1 --prove "\$TEST"\n$/);
  expect(stdout).toContain('headroom fleet list --login-policy');
  expect((await runHeadroom(['preflight', '--fleet'])).stderr).toContain('--fleet needs --region');
  const hostile = await runHeadroom(['preflight', '--fleet', '--region', 'x; id']);
  expect([hostile.code, hostile.stdout]).toEqual([2, '']);
});

describe('headroom policy put', () => {
  const put = (text: string, name: string, environment: Readonly<Record<string, string>>) =>
    runHeadroom(['policy', 'put', name, '-', '--bucket', 'hub'], {
      input: text,
      environment: { ...LOOPBACK_IDENTITY, ...environment },
    });

  test('writes a policy that parses, and none that does not', async () => {
    await using s3 = await startLoopbackS3(['hub']);
    const text = '{"mode":"observe"}';
    expect(await put(text, 'payments', s3.environment)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Policy payments is written, hash [0-9a-f]{12}\./),
    });
    expect(s3.objects.get('hub/policies/payments.json')?.body.toString()).toBe(text);
    expect(await put('{"mode":"kill"}', 'payments', s3.environment)).toMatchObject({ code: 2 });
    expect(s3.objects.get('hub/policies/payments.json')?.body.toString()).toBe(text);
    expect(await put(text, '../switch', s3.environment)).toMatchObject({ code: 2 });
    expect([...s3.objects.keys()]).toEqual(['hub/policies/payments.json']);
  });
});

test('headroom fleet pause and resume refuse what is wrong before they ask AWS who you are', async () => {
  const wrong = await Promise.all([
    runHeadroom(['fleet', 'pause', 'orders', '--cell']),
    runHeadroom(['fleet', 'resume', '--all']),
    runHeadroom(['fleet', 'pause', '--all', '--cells', '-'], { input: '{}' }),
  ]);
  expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2]);
  for (const { stderr } of wrong) expect(stderr).toMatch(/^error: /);
});

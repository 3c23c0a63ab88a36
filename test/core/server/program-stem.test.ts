import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applicationStem, roleStem } from '../../../functions/core/server/program-stem.ts';
import { cpuMs } from '../../support/cpu-time.ts';

const UUID = '550e8400-e29b-41d4-a716-446655440000';

describe('The stem of an application', () => {
  test.each([
    ['odoo-4711', 'odoo', 'odoo-*'],
    ['pgAdmin 4 - CONN:8123', 'pgAdmin CONN', 'pgAdmin * - CONN:*'],
    ['sidekiq 7 shop [3 of 10 busy]', 'sidekiq shop', 'sidekiq * shop *'],
    ['puma: cluster worker 3: 4711 [shop]', 'puma: cluster worker', 'puma: cluster worker *'],
    ['app - 10.0.3.7:40640', 'app', 'app - *'],
    ['app - 10.0.3.7', 'app', 'app - *'],
    ['app - [2001:db8::7]:40640', 'app', 'app - *'],
    ['app - 2001:db8::7', 'app', 'app - *'],
    ['app - ::ffff:10.0.3.7', 'app', 'app - *'],
    ['app - fe80::1%eth0', 'app', 'app - *'],
    [`orders-fn-${UUID}`, 'orders-fn', 'orders-fn-*'],
    [`orders-fn-${UUID.toUpperCase()}`, 'orders-fn', 'orders-fn-*'],
    [`orders_fn_${UUID.replaceAll('-', '_')}`, 'orders_fn', 'orders_fn_*'],
    // One uuid of forty begins with eight digits, and an address may begin with a number.
    ['orders-fn-48902293-e125-7e96-a39d-7999959206ab', 'orders-fn', 'orders-fn-*'],
    ['app - 1:db8:a:b:c:d:e:f', 'app', 'app - *'],
    [`orders-fn/${UUID.replaceAll('-', '')}`, 'orders-fn', 'orders-fn/*'],
    ['x-deadbeef1', 'x', 'x-*'],
    ['x-0xDEADBEEF12', 'x', 'x-*'],
    ['etl-job-7f9c6b5d4-x2x9p', 'etl-job', 'etl-job-*'],
    ['etl-job-28912345-x2x9p', 'etl-job', 'etl-job-*'],
    ['etl-job-7f9c6b5d4-x2x9p:3', 'etl-job', 'etl-job-*'],
    [`dagster-run-${UUID}-x2x9p`, 'dagster-run', 'dagster-run-*'],
    ['airflow scheduled__2026-11-29T21:05:00+00:00', 'airflow scheduled', 'airflow scheduled__*'],
    ['backup 2026-11-29T21:05:00.123Z [eu]', 'backup', 'backup *'],
    ['backup-20261129T210500Z', 'backup', 'backup-*'],
    ['job-01ARZ3NDEKTSV4RRFFQ69G5FAV', 'job', 'job-*'],
    ['job_2aRz3NdEkTsV4RrFfQ69G5fAvX1', 'job', 'job_*'],
    // KSUID, nanoid and base58 have both cases.
    ['job_2PoJTLMpNVcTeZWCiRAxGhFkQbv', 'job', 'job_*'],
    ['job:G2fsMNilQRAnQduenhaOx', 'job', 'job:*'],
    ['agent-00:1a:2b:3c:4d:5e', 'agent', 'agent-*'],
    ['agent AA-BB-CC-3C-4D-5F', 'agent', 'agent *'],
    // Its first six groups look like a card's.
    ['agent-ba:36:69:51:73:f0:3ab:9ad', 'agent', 'agent-*'],
    ['etl_job_85d86bb6ff_vhld5', 'etl_job', 'etl_job_*'],
    ['dagster-step-eb8fda766fbf3bdaed315d39c06efb35-7ch9s', 'dagster-step', 'dagster-step-*'],
    // What people write in examples: these five are not of the letters that Kubernetes takes.
    ['web-7d4b9c8f6-abc12', 'web', 'web-*'],
    ['svc-01', 'svc', 'svc-*'],
    ['svc.7/3#12', 'svc', 'svc.*'],
    ['shard 3 reader', 'shard reader', 'shard * reader'],
    [
      'unicorn worker[0] -c config/unicorn.rb',
      'unicorn worker c config/unicorn.rb',
      'unicorn worker* -c config/unicorn.rb',
    ],
    ['app (pid 17) <eu> {blue}', 'app', 'app *'],
    ['app [a (b) c]', 'app', 'app *'],
    ['заказы-4711', 'заказы', 'заказы-*'],
    ['orders-٤٧١١', 'orders', 'orders-*'],
    ['🚀-1', '🚀', '🚀-*'],
  ])('%s is %s, read as %s', (name, stem, pattern) => {
    expect(applicationStem(name)).toEqual({ stem, pattern });
  });

  test.each([
    '',
    'web',
    'Web',
    'sync-mysql',
    'sync-pgsql',
    'svc-oauth2',
    'svc-http2',
    'sync-postgres16-mysql',
    'release24-east2',
    'a1',
    'v2beta1',
    'facade',
    'x-facade',
    'x-deadbeef',
    'x-cafebabe-decade',
    'db::add',
    'a:b:c',
    'web-x2x9p',
    'app-mrktplc-bcknd',
    'APP-PRDMSG2-WRKRS',
    'geo-3d',
    'shift-8h',
    'size 20TB',
    'svc-xtrct2b-wrkrs',
    'KafkaConnectPostgresSink2To3',
    'Export2Customer3Invoices4Archive',
    '***',
    'a(b',
    'a]b',
    'é1',
    '1é',
  ])('%s is its own', (name) => {
    expect(applicationStem(name)).toEqual({ stem: name, pattern: name });
  });

  test.each(['4711', UUID, '10.0.3.7:40640', '[3 of 10]', '::1', '1/2/3', '(none)'])(
    '%s is nothing but tokens, which is not the same as no name',
    (name) => {
      expect(applicationStem(name)).toEqual({ stem: '*', pattern: '*' });
    },
  );

  test.each([
    ['a uuid', `-${UUID}`],
    ['an address', '-2001:db8:85a3::8a2e:370:7334'],
    ["a pod's endings", '-7f9c6b5d4-x2x9p'],
    ['brackets', ' [3 of 10 busy]'],
    ['a number', '-1234567890123'],
  ])('takes out what is left of %s where the server cut the name', (_, ending) => {
    const service = 'reorderingservice';
    for (let length = 63 - ending.length; length < 62; length += 1) {
      const whole = service.padEnd(length, 'x');
      const cut = `${whole}${ending}`.slice(0, 63);
      expect([cut, applicationStem(cut).stem]).toEqual([cut, whole]);
    }
  });

  test.each(['01ARZ3NDEK', '01ARZ3NDEKTSV4RRFFQ', '2PoJTLMpNV', 'G2fsMNilQRAnQd'])(
    'takes out %s, which is left of a drawn text where the server cut the name',
    (rest) => {
      const whole = 'reorderingservice'.padEnd(62 - rest.length, 'x');
      expect(applicationStem(`${whole}-${rest}`).stem).toBe(whole);
      expect(applicationStem(`${whole.slice(1)}-${rest}`).stem).toBe(`${whole.slice(1)}-${rest}`);
    },
  );

  test.each([59, 60, 61, 62, 64, 70])(
    'keeps the end of a name of %i bytes, which no server has cut',
    (bytes) => {
      for (const end of ['-a', '-b', '-facade', '-decade', ' [a', ' (b']) {
        const name = `${'x'.repeat(bytes - end.length)}${end}`;
        expect(applicationStem(name).stem).toBe(name);
      }
    },
  );

  test('takes out what is left of a token where the server cut between characters of several bytes', () => {
    const start = `${'ж'.repeat(25)}-service-`;
    for (const rest of ['7', '7f', '7f9', '7f9c'])
      expect(applicationStem(`${start}${rest}`).stem).toBe(start.slice(0, -1));
  });

  test('takes out what tells processes apart wherever it stands', () => {
    const hex = fc.stringMatching(/^[0-9a-f]{8,40}$/).filter((text) => /\d/.test(text));
    const token = fc.oneof(
      fc.nat().map(String),
      fc.uuid(),
      hex,
      fc.ipV4(),
      fc.tuple(fc.ipV4(), fc.nat(65_535)).map(([address, port]) => `${address}:${port}`),
      fc.ipV6().filter((address) => /\d/.test(address) && !address.includes('.')),
    );
    fc.assert(
      fc.property(token, fc.constantFrom('-', '_', '/', ' ', '@', ' - '), (text, gap) => {
        const names = [`svc-oauth2${gap}${text}`, `${text}${gap}svc-oauth2`];
        expect(names.map((name) => applicationStem(name).stem)).toEqual(['svc-oauth2', 'svc-oauth2']);
        expect(applicationStem(`orders${gap}${text}${gap}reader`).stem).toBe('orders reader');
      }),
      { numRuns: 2_000 },
    );
  });

  test('a name of 10,000 brackets is read in no time', () => {
    const before = cpuMs();
    applicationStem('[('.repeat(5_000));
    applicationStem('-2'.repeat(5_000));
    applicationStem(`${':'.repeat(5_000)}1`);
    expect(cpuMs() - before).toBeLessThan(500);
  });
});

describe('The stem of a role', () => {
  test.each([
    ['v-token-app-x5p1q8r3p2z1w9x8y7t0-1602542088', 'v-token-app', 'v-token-app-*'],
    ['v-root-readonly-ABCDEFGHIJKLMNOPQRST-1602542088', 'v-root-readonly', 'v-root-readonly-*'],
    ['v-kubernet-my-role-8sG6gL1mN0pQ2rS3tU4v-1700000000', 'v-kubernet-my-role', 'v-kubernet-my-role-*'],
    ['app-1700000000', 'app', 'app-*'],
    [`svc_${UUID}`, 'svc', 'svc_*'],
    ['app_deadbeef12', 'app', 'app_*'],
    ['app_deadbeefdeadbeefcafe12', 'app', 'app_*'],
    ['dyn-app-x5p1q8r3p2z1w9x8y7t0', 'dyn-app', 'dyn-app-*'],
    ['dyn-app-AbCdEfGhIj1kLmNoPq', 'dyn-app', 'dyn-app-*'],
    ['app-1700000000123', 'app', 'app-*'],
    ['app-production-1602542088', 'app-production', 'app-production-*'],
  ])("%s ends as a lease's does: %s, read as %s", (role, stem, pattern) => {
    expect(roleStem(role)).toEqual({ stem, pattern });
  });

  test.each([
    'app',
    'tenant_17',
    'tenant_000017',
    'customer_10023456',
    'customer_1000000017',
    'app_20240101',
    'team_recommendationengine2',
    'svc-RecommendationEngine2',
    'svc-DataPlatformV2Api',
    'svc_dataplatformv2api',
    'user2',
    'app_facade',
    '1700000000',
    'svc-oauth2',
    '',
  ])('%s is a role of its own', (role) => {
    expect(roleStem(role)).toEqual({ stem: role, pattern: role });
  });

  test('a name that no server has is a role of its own, and not searched for an ending', () => {
    const role = `${'a'.repeat(300)}-1700000000`;
    expect(roleStem(role)).toEqual({ stem: role, pattern: role });
  });
});

import { describe, expect, test } from 'vitest';
import { type Environment, parseRemediateConfig, parseReportConfig } from '../functions/config/config.ts';
import { RemediationError } from '../functions/core/base/errors.ts';
import { parsePolicy } from '../functions/core/policy/parse-policy.ts';

const COMPLETE: Environment = {
  HEADROOM_SERVER: 'orders',
  HEADROOM_HOST: 'orders.abc123.eu-west-1.rds.amazonaws.com',
  HEADROOM_SECRET: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/headroom-a1B2c3',
  HEADROOM_POLICY: '{"mode":"enforce"}',
};

/** What Lambda has in the environment beside ours, and what must never be repeated. */
const SECRETS = {
  AWS_ACCESS_KEY_ID: 'ASIASECRETSECRET',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/SECRET',
  AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2SECRET',
  PGPASSWORD: 'hunter2SECRET',
};

function refusalOf(parse: () => unknown): RemediationError {
  try {
    parse();
  } catch (error) {
    if (error instanceof RemediationError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

const problemsOf = (environment: Environment) => {
  const { code, message } = refusalOf(() => parseRemediateConfig(environment));
  expect(code).toBe('config-invalid');
  const [head, ...lines] = message.split('\n');
  expect(head).toBe(
    `The function's environment has ${lines.length === 1 ? '1 problem' : `${lines.length} problems`}; nothing was done:`,
  );
  return lines.map((line) => line.trim());
};

describe('the environment of remediate', () => {
  test('needs server, host, login and policy; the rest has defaults', () => {
    expect(parseRemediateConfig({ ...COMPLETE, ...SECRETS, LANG: 'C' })).toEqual({
      server: 'orders',
      target: {
        host: 'orders.abc123.eu-west-1.rds.amazonaws.com',
        port: 5432,
        database: 'headroom',
        tls: { mode: 'verify', caFile: ['/var/runtime/ca-cert.pem'] },
        statements: 'shape',
      },
      login: { secret: COMPLETE.HEADROOM_SECRET },
      policy: parsePolicy({ mode: 'enforce' }),
      metrics: 'few',
      logStream: null,
      table: null,
      pooler: null,
      warnings: {
        tiers: [75, 85, 95],
        quietHours: null,
        rdsHost: 'orders.abc123.eu-west-1.rds.amazonaws.com',
      },
    });
  });

  test('takes the name of a log stream, and not an empty one', () => {
    expect(parseRemediateConfig({ ...COMPLETE, HEADROOM_LOG_STREAM: 'orders-1' })).toMatchObject({
      logStream: 'orders-1',
    });
    expect(problemsOf({ ...COMPLETE, HEADROOM_LOG_STREAM: '' })).toEqual([
      'HEADROOM_LOG_STREAM: found "", expected the name of a log stream',
    ]);
  });

  test.each(['none', 'few', 'all'])('takes %s for a choice of metrics', (metrics) => {
    expect(parseRemediateConfig({ ...COMPLETE, HEADROOM_METRICS: metrics })).toMatchObject({ metrics });
  });

  test('refuses any other choice of metrics', () => {
    expect(problemsOf({ ...COMPLETE, HEADROOM_METRICS: 'some' })).toEqual([
      'HEADROOM_METRICS: found "some", expected "none", "few", "all"',
    ]);
  });

  test.each(['off', 'shape', 'full'])('takes %s for how much of statements is told', (statements) => {
    const { target } = parseRemediateConfig({ ...COMPLETE, HEADROOM_STATEMENTS: statements });
    expect(target.statements).toBe(statements);
  });

  test('refuses any other word for it', () => {
    expect(problemsOf({ ...COMPLETE, HEADROOM_STATEMENTS: 'some' })).toEqual([
      'HEADROOM_STATEMENTS: found "some", expected "off", "shape", "full"',
    ]);
  });

  test('takes port, database, authorities and TLS as they are written', () => {
    const written = {
      HEADROOM_PORT: '6432',
      HEADROOM_DATABASE: 'maintenance',
      HEADROOM_CA_FILE: '/opt/ca.pem',
    };
    expect(parseRemediateConfig({ ...COMPLETE, ...written }).target).toMatchObject({
      port: 6432,
      database: 'maintenance',
      tls: { mode: 'verify', caFile: ['/opt/ca.pem'] },
    });
    expect(parseRemediateConfig({ ...COMPLETE, HEADROOM_TLS: 'off' }).target.tls).toEqual({ mode: 'off' });
  });

  test.each(['orders-db', 'team/orders_db', 'rds!db-1f2e', 'a+b=c.d@e', COMPLETE.HEADROOM_SECRET])(
    'takes %s for the name of a secret',
    (secret) => {
      expect(parseRemediateConfig({ ...COMPLETE, HEADROOM_SECRET: secret }).login).toEqual({ secret });
    },
  );

  test('that is empty is told everything at once', () => {
    expect(problemsOf({})).toEqual([
      "HEADROOM_SERVER: missing, expected the server's name",
      "HEADROOM_HOST: missing, expected the instance's host name or address, without scheme, user and port",
      'HEADROOM_POLICY: missing, expected a policy as JSON',
      'HEADROOM_SECRET: missing, expected the ARN or name of a secret, never the secret itself, or instead HEADROOM_USER for IAM authentication',
    ]);
  });

  test('trusts the RDS roots of its own region first, beside the code', () => {
    const { tls } = parseRemediateConfig({ ...COMPLETE, AWS_REGION: 'eu-west-1' }).target;
    expect(tls).toEqual({
      mode: 'verify',
      caFile: [
        expect.stringMatching(/functions[/\\]config[/\\]rds-ca[/\\]eu-west-1\.pem$/),
        '/var/runtime/ca-cert.pem',
      ],
    });
  });

  test('takes a user for IAM authentication in place of a secret, but not beside it', () => {
    const byIam = { ...COMPLETE, HEADROOM_SECRET: undefined, HEADROOM_USER: 'headroom' };
    expect(parseRemediateConfig(byIam).login).toEqual({ user: 'headroom' });
    expect(problemsOf({ ...byIam, HEADROOM_SECRET: 'orders-db' })).toEqual([
      'HEADROOM_USER: found "headroom", expected HEADROOM_SECRET or HEADROOM_USER, not both',
    ]);
    for (const user of ['', 'x'.repeat(64)])
      expect(problemsOf({ ...byIam, HEADROOM_USER: user })).toEqual([
        expect.stringContaining('expected the name of the role that authenticates by IAM'),
      ]);
  });

  test('refuses IAM authentication in the clear', () => {
    const clear = { ...COMPLETE, HEADROOM_SECRET: undefined, HEADROOM_USER: 'headroom', HEADROOM_TLS: 'off' };
    expect(problemsOf(clear)).toEqual([
      'HEADROOM_TLS: found "off", expected "verify" where HEADROOM_USER is set',
    ]);
  });

  test('that is wrong in every place is told every place, those in the policy among them', () => {
    const policy = {
      mode: 'enforcing',
      relieve: {
        when: { usedPercent: 140 },
        until: { freeSlots: 3 },
        ladder: [{ state: 'active', minAge: '5' }],
      },
      excludeUser: 'app',
      protect: { addresses: ['10.0.0.1/8'], users: [''] },
    };
    const problems = problemsOf({
      HEADROOM_SERVER: '',
      HEADROOM_HOST: '',
      HEADROOM_PORT: '65536',
      HEADROOM_DATABASE: '',
      HEADROOM_SECRET: '',
      HEADROOM_POLICY: JSON.stringify(policy),
      HEADROOM_TLS: 'maybe',
      HEADROOM_CA_FILE: '',
    });
    const places = problems.map((problem) => problem.slice(0, problem.indexOf(':')));
    expect(places.toSorted()).toEqual([
      'HEADROOM_CA_FILE',
      'HEADROOM_DATABASE',
      'HEADROOM_HOST',
      'HEADROOM_POLICY excludeUser',
      'HEADROOM_POLICY mode',
      'HEADROOM_POLICY protect.addresses[0]',
      'HEADROOM_POLICY protect.users[0]',
      'HEADROOM_POLICY relieve.ladder[0].minAge',
      'HEADROOM_POLICY relieve.ladder[0].state',
      'HEADROOM_POLICY relieve.until',
      'HEADROOM_POLICY relieve.when.usedPercent',
      'HEADROOM_PORT',
      'HEADROOM_SECRET',
      'HEADROOM_SERVER',
      'HEADROOM_TLS',
    ]);
    expect(problems).toContain('HEADROOM_PORT: found "65536", expected a port from 1 to 65535');
    expect(problems).toContain('HEADROOM_TLS: found "maybe", expected "verify" or "off"');
  });

  test.each(['0', '-1', '5432 ', '05432', '5432.5', '1e3', 'five', ''])('refuses port %j', (port) => {
    expect(problemsOf({ ...COMPLETE, HEADROOM_PORT: port })).toEqual([
      `HEADROOM_PORT: found ${JSON.stringify(port)}, expected a port from 1 to 65535`,
    ]);
  });

  test.each(['', '{', 'enforce', '[]', 'null'])('refuses policy %j', (policy) => {
    const problems = problemsOf({ ...COMPLETE, HEADROOM_POLICY: policy });
    expect(problems.every((problem) => problem.startsWith('HEADROOM_POLICY'))).toBe(true);
  });

  test('prints no secret, not even where one stands in the wrong place', () => {
    const pasted = '{"username":"headroom","password":"correct-horse-SECRET"}';
    const { message } = refusalOf(() =>
      parseRemediateConfig({ ...SECRETS, HEADROOM_SECRET: pasted, HEADROOM_POLICY: '{"mode":1}' }),
    );
    expect(message).not.toMatch(/SECRET[^:]|horse/);
    expect(message).toContain('HEADROOM_SECRET: found "(not shown)", expected the ARN or name of a secret');
  });

  test('takes no URL for a host, and does not repeat its password', () => {
    const url = 'postgres://headroom:hunter2@db.example';
    const { message } = refusalOf(() => parseRemediateConfig({ ...SECRETS, HEADROOM_HOST: url }));
    expect(message).toContain('HEADROOM_HOST: found "(not shown)"');
    expect(message).not.toContain('hunter2');
  });
});

describe.each([
  ['remediate', COMPLETE, parseRemediateConfig],
  ['report', { HEADROOM_TOPIC: 'arn:aws:sns:eu-west-1:111122223333:people' }, parseReportConfig],
] as const)("the memory's table in the environment of %s", (_, complete, parse) => {
  test.each(['pg-headroom-memory', 'arn:aws:dynamodb:eu-west-1:111122223333:table/pg-headroom-memory'])(
    'may be %s',
    (table) => {
      expect(parse({ ...complete, HEADROOM_TABLE: table })).toMatchObject({ table });
    },
  );

  test('may be left out, and then nothing is remembered', () => {
    expect(parse(complete)).toMatchObject({ table: null });
  });

  test.each(['', 'no', 'a table'])('is not %j', (table) => {
    const { code, message } = refusalOf(() => parse({ ...complete, HEADROOM_TABLE: table }));
    expect(code).toBe('config-invalid');
    expect(message).toContain('HEADROOM_TABLE: found');
    expect(message).toContain('expected the name or ARN of a DynamoDB table');
  });
});

describe('the environment of report', () => {
  test('needs a topic', () => {
    const topic = 'arn:aws:sns:eu-west-1:111122223333:people';
    expect(parseReportConfig({ ...SECRETS, HEADROOM_TOPIC: topic })).toMatchObject({ topic });
    for (const environment of [{}, { HEADROOM_TOPIC: '' }]) {
      const { code, message } = refusalOf(() => parseReportConfig({ ...SECRETS, ...environment }));
      expect(code).toBe('config-invalid');
      expect(message).toMatch(/HEADROOM_TOPIC: (missing|found ""), /);
      expect(message).not.toContain('SECRET');
    }
  });

  test('takes a topic for chat rooms, or none', () => {
    const HEADROOM_TOPIC = 'arn:aws:sns:eu-west-1:111122223333:people';
    const chat = 'arn:aws:sns:eu-west-1:111122223333:chat';
    expect(parseReportConfig({ HEADROOM_TOPIC, HEADROOM_CHAT_TOPIC: chat })).toMatchObject({ chat });
    expect(parseReportConfig({ HEADROOM_TOPIC })).toMatchObject({ chat: null });
    const { message } = refusalOf(() => parseReportConfig({ HEADROOM_TOPIC, HEADROOM_CHAT_TOPIC: '' }));
    expect(message).toContain('HEADROOM_CHAT_TOPIC: found "", expected the ARN of an SNS topic');
  });

  test('takes a bucket for records, or none', () => {
    const HEADROOM_TOPIC = 'arn:aws:sns:eu-west-1:111122223333:people';
    const withBucket = { HEADROOM_TOPIC, HEADROOM_BUCKET: 'records' };
    expect(parseReportConfig(withBucket)).toMatchObject({ bucket: 'records' });
    expect(parseReportConfig({ HEADROOM_TOPIC })).toMatchObject({ bucket: null });
  });
});

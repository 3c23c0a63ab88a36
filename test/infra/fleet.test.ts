import { describe, expect, test } from 'vitest';
import { MOST_SERVERS_A_STACK, stackNumberOf } from '../../infra/checks/stack-number.ts';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { problemsOf } from './problems.ts';
import { aServer, resources, synthesizeAll } from './synthesis.ts';

const named = (name: string, fields: object = {}) =>
  aServer({ name, host: `${name}.example.com`, ...fields });
const fleet = (count: number) => Array.from({ length: count }, (_, at) => named(`server-${at}`));

/** Each server with the name of the stack that has its function. */
function placesOf(templates: ReturnType<typeof synthesizeAll>): ReadonlyMap<unknown, string> {
  return new Map(
    [...templates].flatMap(([stack, template]) =>
      resources(template, 'AWS::Lambda::Function')
        .filter(([, { Properties }]) => Properties.FunctionName !== undefined)
        .map(([, { Properties }]) => [Properties.FunctionName, stack] as const),
    ),
  );
}

describe('one server', () => {
  test('makes a stack beside the one for reporting', () => {
    const templates = synthesizeAll({ servers: [named('orders')] });
    expect([...templates.keys()]).toEqual(['pg-headroom-reporting', 'pg-headroom-servers-3']);
  });
});

describe('sixty servers', () => {
  // With everything that makes resources of its own.
  const most = {
    alarm: 'log-alarm',
    schedule: 'cron(0/5 8-18 ? * MON-FRI *)',
    alarmTopicArns: ['arn:aws:sns:eu-west-1:111122223333:database-alarms'],
  };
  const declared = fleet(60).map((server) => ({ ...server, ...most }));
  const templates = synthesizeAll({ servers: declared });
  const places = placesOf(templates);

  test('are each in one stack, and never more than twenty in one', () => {
    expect(places.size).toBe(60);
    const counts = [...Map.groupBy(places.values(), (stack) => stack)].map(([, { length }]) => length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(MOST_SERVERS_A_STACK);
  });

  test('leave room in every stack for twenty of their kind, of the 500 resources that CloudFormation takes', () => {
    for (const [stack, template] of templates) {
      const servers = [...places.values()].filter((each) => each === stack).length;
      const count = Object.keys(template.toJSON().Resources).length;
      if (servers > 0) expect((count / servers) * MOST_SERVERS_A_STACK).toBeLessThan(500);
    }
  });
});

describe('the number of a stack', () => {
  const numberOf = (name: string) => stackNumberOf({ name });

  test.each([
    ['orders', 3],
    ['billing', 4],
    ['server-0', 1],
  ])("is the name's alone: %s is in %i, now and for ever", (name, number) => {
    expect(stackNumberOf({ name })).toBe(number);
  });

  test('is the declared one where there is one', () => {
    expect(stackNumberOf({ name: 'orders', stack: 42 })).toBe(42);
  });

  test('is refused to the twenty-first server, which may go elsewhere', () => {
    const crowd = fleet(600).filter(({ name }) => numberOf(String(name)) === 5);
    const full = crowd.slice(0, MOST_SERVERS_A_STACK);
    const [one] = crowd.slice(MOST_SERVERS_A_STACK);
    expect(problemsOf(() => parseDeclaration({ servers: full }))).toEqual([]);
    expect(problemsOf(() => parseDeclaration({ servers: [...full, one] }))).toEqual([
      'servers[20].stack: found nothing, which makes it number 21 in stack 5, expected at most 20 servers in a stack: give the new server another "stack"',
    ]);
    expect(problemsOf(() => parseDeclaration({ servers: [...full, { ...one, stack: 8 }] }))).toEqual([]);
  });
});

describe('the subscriptions of a log group', () => {
  const cluster = { alarm: 'subscription', logGroup: '/aws/rds/cluster/shop/postgresql' };
  const instances = ['shop-1', 'shop-2', 'shop-3'].map((name) =>
    named(name, { ...cluster, logStream: name }),
  );

  test('are two, and a third is refused', () => {
    expect(problemsOf(() => parseDeclaration({ servers: instances.slice(0, 2) }))).toEqual([]);
    expect(problemsOf(() => parseDeclaration({ servers: instances }))).toEqual([
      'servers[2].alarm: found "subscription", expected another kind: a log group can have 2 subscriptions, and servers[0] and servers[1] use them',
    ]);
  });

  test('are counted in one account and region', () => {
    const [first, second, last] = instances;
    const third = {
      ...last,
      secretArn: String(last?.secretArn).replace('eu-west-1', 'eu-west-2'),
      vpc: { ...(last?.vpc as object), availabilityZones: ['eu-west-2a'] },
    };
    const stages = {
      one: { account: '111122223333', region: 'eu-west-1', servers: [first, second] },
      other: { account: '111122223333', region: 'eu-west-2', servers: [third] },
    };
    expect(problemsOf(() => parseDeclaration({ stages }))).toEqual([]);
  });
});

const IAM = { secretArn: undefined, user: 'headroom', resourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ' };

describe('stages', () => {
  const staging = { account: '111122223333', region: 'eu-west-1', servers: [named('orders', IAM)] };
  const production = {
    account: '444455556666',
    region: 'eu-west-1',
    servers: [named('orders', { ...IAM, host: 'p.example.com' })],
  };
  const stageProblems = (stages: unknown, beside: object = {}) =>
    problemsOf(() => parseDeclaration({ stages, ...beside }));

  test('are deployed each to its account and region, with stacks and a reporting of its own', () => {
    const templates = synthesizeAll({ stages: { staging, production } });
    expect([...templates.keys()]).toEqual([
      'staging-pg-headroom-reporting',
      'staging-pg-headroom-servers-3',
      'production-pg-headroom-reporting',
      'production-pg-headroom-servers-3',
    ]);
  });

  test.each([
    [
      'servers beside them',
      { staging },
      { servers: [named('billing')] },
      /^servers: found \[.*, expected no such key beside stages$/,
    ],
    [
      'a reporting beside them',
      { staging },
      { reporting: {} },
      /^reporting: found \{\}, expected no such key beside stages$/,
    ],
    ['something else than stages', ['staging'], {}, /^stages: found \["staging"\], expected stages by name/],
    ['none of them', {}, {}, /^stages: found \{\}, expected stages by name, at least one$/],
    [
      'a name that is none',
      { '1st': staging },
      {},
      /^stages\.1st: found .*, expected stages by name, of letters/,
    ],
    [
      'an account that is none',
      { staging: { ...staging, account: '1' } },
      {},
      /^stages\.staging\.account: found "1", expected the twelve digits of an AWS account$/,
    ],
    [
      'one account and region twice',
      { staging, second: { ...production, account: staging.account } },
      {},
      /^stages\.second\.region: found "eu-west-1", expected one stage for an account and region: stages\.staging has the same$/,
    ],
    [
      'one server in two stages',
      { staging, production: { ...production, servers: staging.servers } },
      {},
      /^stages\.production\.servers\[0\]\.host: found "orders\.example\.com", expected a server declared once: stages\.staging\.servers\[0\] has the same host and port$/,
    ],
    [
      'a mistake in one of them',
      {
        staging,
        production: {
          ...production,
          servers: [named('orders', { host: 'p.example.com', ...IAM, policy: { mode: 'on' } })],
        },
      },
      {},
      /^stages\.production\.servers\[0\]\.policy\.mode: found "on"/,
    ],
  ])('are refused for %s', (_, stages, beside, problem) => {
    expect(stageProblems(stages, beside)).toEqual([expect.stringMatching(problem)]);
  });
});

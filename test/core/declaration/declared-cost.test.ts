import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { declaredCost } from '../../../functions/core/declaration/declared-cost.ts';
import { monthlyCost, total } from '../../../functions/core/declaration/monthly-cost.ts';
import { PRICES, PRICES_AS_OF } from '../../../functions/core/declaration/prices.ts';
import { runsAMonth } from '../../../functions/core/declaration/runs-a-month.ts';
import { serversSchema } from '../../../functions/core/declaration/server-declaration.ts';
import { renderCost } from '../../../functions/render/terminal/cost-text.ts';

const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8'));
const [example] = context.servers;
const BY_IAM = {
  ...example,
  secretArn: undefined,
  user: 'headroom',
  resourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
};
const costOf = (servers: readonly object[], reporting: object = {}) => {
  const parsed = serversSchema.parse(JSON.parse(JSON.stringify({ servers, reporting })));
  return declaredCost(parsed.servers, parsed.reporting ?? {});
};
const centsOf = (dollars: number) => Math.round(dollars * 100);

describe('the cost of a declaration', () => {
  test('is, for one server by IAM with the defaults, what the questions and the benchmark say', () => {
    const usual = { everyMinutes: 5, metrics: 'few', login: 'iam', trigger: 'metric-filter' } as const;
    const expected = monthlyCost({ servers: 1, ...usual, endpointZones: 0, memoryMb: 1_024, runMs: 150 });
    const { together, servers } = costOf([BY_IAM]);
    expect(together).toBeCloseTo(total(expected), 6);
    const questions = readFileSync(new URL('../../../docs/guide/faq.md', import.meta.url), 'utf8');
    const [, first, further] =
      /the first server costs about \$([\d.]+) a\s+month.* each further one about \$([\d.]+)\./s.exec(
        questions,
      ) ?? [];
    // Of the last digit five cents are left out: the sentence says "about".
    expect([centsOf(Number(first)), centsOf(Number(further))]).toEqual([
      centsOf(together),
      Math.round((servers[0]?.together ?? 0) * 20) * 5,
    ]);
  });

  test.each([
    ['a secret', example, 0.44],
    ['metrics "none"', { ...BY_IAM, metrics: 'none' }, -1.1],
    ['metrics "all"', { ...BY_IAM, metrics: 'all' }, 1.2],
    ['a subscription', { ...BY_IAM, alarm: 'subscription' }, -0.4],
    ['a Log Alarm', { ...BY_IAM, alarm: 'log-alarm' }, -0.3],
    ['no alarm', { ...BY_IAM, alarm: 'none', logGroup: undefined }, -0.4],
    ['tracing', { ...BY_IAM, tracing: true }, 0.09],
  ])('%s changes it', (_, server, change) => {
    expect(costOf([server]).together - costOf([BY_IAM]).together).toBeCloseTo(change, 2);
  });

  test('counts the secrets of receivers, and no key where all topics are there already', () => {
    const topic = { topicArn: 'arn:aws:sns:eu-west-1:111122223333:people' };
    const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pager-AbCdEf';
    const change = (reporting: object) => costOf([BY_IAM], reporting).together - costOf([BY_IAM]).together;
    expect(change({ pagerDuty: { secretArn }, teams: { secretArn } })).toBeCloseTo(0.8, 6);
    expect(change({ people: topic })).toBeCloseTo(-1, 6);
    expect(change({ people: topic, chat: 'own' })).toBeCloseTo(0, 6);
  });

  test('says apart what endpoints cost, for each zone of a VPC once, and only where there is a secret', () => {
    expect(costOf([BY_IAM]).endpoints).toBe(0);
    expect(
      costOf([example, { ...example, name: 'billing', host: 'billing.example.com' }]).endpoints,
    ).toBeCloseTo(14.6, 6);
  });

  test('is written with one sum for each place, and one for all', () => {
    const place = { stage: 'live', region: 'eu-west-1', cost: costOf([example]) };
    const text = renderCost([place, { ...place, stage: 'test' }], (_, plain) => plain);
    expect(text).toContain('Stage live, region eu-west-1: $6.99 a month for 1 server\n');
    expect(text).toContain('All together: $13.98 a month.');
    expect(text).toContain(`List prices of us-east-1 as of ${PRICES_AS_OF}`);
  });

  test('takes every price from a page of AWS', () => {
    for (const { dollars, source } of Object.values(PRICES)) {
      expect(dollars).toBeGreaterThan(0);
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/[\w-]+\/pricing\//);
    }
  });
});

describe('the runs of a month', () => {
  test.each([
    ['rate(5 minutes)', 8_640],
    ['rate(1 day)', 30],
    ['off', 30],
    ['cron(0 3 * * ? *)', 30],
    ['cron(0/5 8-18 ? * MON-FRI *)', 12 * 11 * (5 / 7) * 30],
    ['cron(0,30 * ? * SUN,SAT *)', 2 * 24 * (2 / 7) * 30],
    ['cron(10/20 0-23/6 ? JAN-MAR * *)', 3 * 4 * 30 * (3 / 12)],
    ['cron(0 0 L * ? *)', 30],
  ])('with %s are %d', (schedule, runs) => {
    expect(runsAMonth(schedule)).toBeCloseTo(runs, 6);
  });
});

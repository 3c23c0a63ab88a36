import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wroteLately } from '../../functions/aws/wrote-lately.ts';
import { LOOPBACK_IDENTITY, type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { signatureProblem } from '../support/request-signature.ts';

/** CloudWatch on loopback, in the protocol that its client speaks. Each request's signature is checked. */

const NOW = Date.parse('2026-11-29T03:15:30.000Z');

type Query = { readonly Id: string; readonly MetricStat: { readonly Metric: object } };
type Asked = {
  readonly MetricDataQueries: readonly Query[];
  readonly StartTime: number;
  readonly EndTime: number;
};

let cloudwatch: LoopbackServer;
let asked: Asked[];
let isDenied: boolean;
let countOf: (group: string) => { readonly Values: readonly number[]; readonly StatusCode?: string };

const groupOf = ({ MetricStat: { Metric } }: Query) =>
  String(Reflect.get(Object(Reflect.get(Object(Reflect.get(Metric, 'Dimensions')), 0)), 'Value'));

beforeEach(async () => {
  [asked, isDenied, countOf] = [[], false, () => ({ Values: [] })];
  cloudwatch = await startLoopbackServer((request, body, response) => {
    const problem = isDenied ? 'denied' : signatureProblem(request, body, 'monitoring');
    const input = JSON.parse(body) as Asked;
    asked.push(input);
    const MetricDataResults = input.MetricDataQueries.map((query) => ({
      ...{ Id: query.Id, StatusCode: 'Complete', Timestamps: [] },
      ...countOf(groupOf(query)),
    }));
    response
      .writeHead(problem === null ? 200 : 403, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(problem === null ? { MetricDataResults, Messages: [] } : { message: problem }));
  });
  const environment = { ...LOOPBACK_IDENTITY, AWS_ENDPOINT_URL_CLOUDWATCH: `http://${cloudwatch.address}` };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cloudwatch.close();
});

test('The groups that wrote are those with a line in the last ten minutes, by the count of CloudWatch Logs', async () => {
  countOf = (group) => ({ Values: group === '/quiet' ? [0, 0] : group === '/loud' ? [0, 3] : [] });
  expect(await wroteLately(['/loud', '/quiet', '/silent'], NOW)).toEqual(new Set(['/loud']));
  const [{ MetricDataQueries, StartTime, EndTime } = { MetricDataQueries: [], StartTime: 0, EndTime: 0 }] =
    asked;
  expect([StartTime, EndTime]).toEqual([NOW / 1_000 - 600, NOW / 1_000 + 60]);
  expect(MetricDataQueries[0]).toEqual({
    Id: 'g0',
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Logs',
        MetricName: 'IncomingLogEvents',
        Dimensions: [{ Name: 'LogGroupName', Value: '/loud' }],
      },
      ...{ Period: 60, Stat: 'Sum' },
    },
  });
});

test('A group of which the count is not complete may have written', async () => {
  countOf = () => ({ Values: [], StatusCode: 'InternalError' });
  expect(await wroteLately(['/unknown'], NOW)).toEqual(new Set(['/unknown']));
});

test('More groups than a request takes are asked for in several, and none is mistaken for another', async () => {
  const groups = Array.from({ length: 1_001 }, (_, at) => `/group/${at}`);
  countOf = (group) => ({ Values: group.endsWith('0') ? [1] : [] });
  expect(await wroteLately(groups, NOW)).toEqual(new Set(groups.filter((group) => group.endsWith('0'))));
  expect(asked.map(({ MetricDataQueries }) => MetricDataQueries.length)).toEqual([500, 500, 1]);
});

test('A refusal of CloudWatch is an error, and no count', async () => {
  isDenied = true;
  await expect(wroteLately(['/group'], NOW)).rejects.toMatchObject({ code: 'logs-refused' });
});

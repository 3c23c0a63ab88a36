import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { vendedConnections } from '../../functions/aws/vended-connections.ts';
import { LOOPBACK_IDENTITY, type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { signatureProblem } from '../support/request-signature.ts';

/** CloudWatch on loopback, in the protocol that its client speaks. Each request's signature is checked. */

const HOST = 'orders.c1a2b3.eu-west-1.rds.amazonaws.com';
const NOW = Date.parse('2026-11-21T03:15:00.000Z');

let cloudwatch: LoopbackServer;
let asked: unknown[];
let answer: { readonly status: number; readonly body: object };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: series([], []) };
  cloudwatch = await startLoopbackServer((request, body, response) => {
    const problem = signatureProblem(request, body, 'monitoring');
    asked.push({ target: request.headers['x-amz-target'], ...JSON.parse(body) });
    const { status, body: found } = problem === null ? answer : { status: 403, body: { message: problem } };
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(found));
  });
  const environment = { ...LOOPBACK_IDENTITY, AWS_ENDPOINT_URL_CLOUDWATCH: `http://${cloudwatch.address}` };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cloudwatch.close();
});

/** As CloudWatch writes it: times are seconds. */
function series(times: readonly string[], Values: readonly number[]): object {
  const Timestamps = times.map((time) => Date.parse(time) / 1_000);
  const result = { Id: 'connections', Label: 'DatabaseConnections', StatusCode: 'Complete' };
  return { MetricDataResults: [{ ...result, Timestamps, Values }], Messages: [] };
}

describe('The past of a server on RDS', () => {
  test('is the highest DatabaseConnections of each hour in the last three weeks', async () => {
    answer = { status: 200, body: series(['2026-11-20T03:00:00Z', '2026-11-20T04:00:00Z'], [41, 7]) };
    expect(await vendedConnections(HOST, NOW)).toEqual([
      { at: Date.parse('2026-11-20T03:00:00Z'), used: 41 },
      { at: Date.parse('2026-11-20T04:00:00Z'), used: 7 },
    ]);
    const Dimensions = [{ Name: 'DBInstanceIdentifier', Value: 'orders' }];
    const Metric = { Namespace: 'AWS/RDS', MetricName: 'DatabaseConnections', Dimensions };
    expect(asked).toEqual([
      {
        target: 'GraniteServiceVersion20100801.GetMetricData',
        StartTime: Date.parse('2026-10-30T04:00:00Z') / 1_000,
        EndTime: Date.parse('2026-11-21T04:00:00Z') / 1_000,
        ScanBy: 'TimestampAscending',
        MetricDataQueries: [{ Id: 'connections', MetricStat: { Metric, Period: 3_600, Stat: 'Maximum' } }],
      },
    ]);
  });

  test('is empty for a server that is new, and for values that no server has', async () => {
    expect(await vendedConnections(HOST, NOW)).toEqual([]);
    answer = { status: 200, body: series(['2026-11-20T03:00:00Z', '2026-11-20T05:00:00Z'], [-1]) };
    expect(await vendedConnections(HOST, NOW)).toEqual([]);
  });

  test('is not asked for where RDS did not name the host', async () => {
    expect(await vendedConnections('db.example.com', NOW)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('that may not be read says which right is missing', async () => {
    answer = { status: 403, body: { __type: 'com.amazonaws#AccessDenied', message: 'not authorized' } };
    await expect(vendedConnections(HOST, NOW)).rejects.toMatchObject({
      code: 'past-unreadable',
      message: expect.stringMatching(/AccessDenied: not authorized.*cloudwatch:GetMetricData/),
    });
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { vendedConnections } from '../../functions/aws/vended-connections.ts';
import { LOOPBACK_IDENTITY, type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { signatureProblem } from '../support/request-signature.ts';

/** CloudWatch on loopback, in its query protocol. Each request's signature is checked. */

const HOST = 'orders.c1a2b3.eu-west-1.rds.amazonaws.com';
const NOW = Date.parse('2026-11-21T03:15:00.000Z');
type Asked = Readonly<Record<string, string>>;

let cloudwatch: LoopbackServer;
let asked: Asked[];
let answer: { readonly status: number; readonly body: string };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: xml([], []) };
  cloudwatch = await startLoopbackServer((request, body, response) => {
    const problem = signatureProblem(request, body, 'monitoring');
    asked.push(Object.fromEntries(new URLSearchParams(body)));
    const { status, body: text } = problem === null ? answer : { status: 403, body: problem };
    response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
  });
  const environment = { ...LOOPBACK_IDENTITY, AWS_ENDPOINT_URL_CLOUDWATCH: `http://${cloudwatch.address}` };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cloudwatch.close();
});

/** As CloudWatch writes it. */
function xml(times: readonly string[], values: readonly (number | string)[]): string {
  const list = (name: string, members: readonly (number | string)[]) =>
    members.length === 0
      ? `<${name}/>`
      : `<${name}>\n${members.map((each) => `  <member>${each}</member>`).join('\n')}\n</${name}>`;
  return `<GetMetricDataResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><GetMetricDataResult><MetricDataResults><member><Id>connections</Id><Label>DatabaseConnections</Label><StatusCode>Complete</StatusCode>${list('Timestamps', times)}${list('Values', values)}</member></MetricDataResults></GetMetricDataResult></GetMetricDataResponse>`;
}

describe('The past of a server on RDS', () => {
  test('is the highest DatabaseConnections of each hour in the last three weeks', async () => {
    answer = { status: 200, body: xml(['2026-11-20T03:00:00Z', '2026-11-20T04:00:00Z'], ['41.0', '7.0']) };
    expect(await vendedConnections(HOST, NOW)).toEqual([
      { at: Date.parse('2026-11-20T03:00:00Z'), used: 41 },
      { at: Date.parse('2026-11-20T04:00:00Z'), used: 7 },
    ]);
    expect(asked).toEqual([
      {
        Action: 'GetMetricData',
        Version: '2010-08-01',
        StartTime: '2026-10-30T04:00:00.000Z',
        EndTime: '2026-11-21T04:00:00.000Z',
        ScanBy: 'TimestampAscending',
        'MetricDataQueries.member.1.Id': 'connections',
        'MetricDataQueries.member.1.MetricStat.Metric.Namespace': 'AWS/RDS',
        'MetricDataQueries.member.1.MetricStat.Metric.MetricName': 'DatabaseConnections',
        'MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name': 'DBInstanceIdentifier',
        'MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value': 'orders',
        'MetricDataQueries.member.1.MetricStat.Period': '3600',
        'MetricDataQueries.member.1.MetricStat.Stat': 'Maximum',
      },
    ]);
  });

  test('is empty for a server that is new, and for values that are no numbers', async () => {
    expect(await vendedConnections(HOST, NOW)).toEqual([]);
    answer = {
      status: 200,
      body: xml(['2026-11-20T03:00:00Z', 'yesterday', '2026-11-20T05:00:00Z'], ['x', 1, -1]),
    };
    expect(await vendedConnections(HOST, NOW)).toEqual([]);
  });

  test('is not asked for where RDS did not name the host', async () => {
    expect(await vendedConnections('db.example.com', NOW)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('that may not be read says which right is missing', async () => {
    answer = { status: 403, body: '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>' };
    await expect(vendedConnections(HOST, NOW)).rejects.toMatchObject({
      code: 'past-unreadable',
      message: expect.stringMatching(/HTTP 403, AccessDenied.*cloudwatch:GetMetricData/),
    });
  });
});

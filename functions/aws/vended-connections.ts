import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { RemediationError } from '../core/base/errors.ts';
import { rdsHost } from '../core/declaration/rds-host.ts';
import type { VendedCount } from '../report/report-ports.ts';
import { functionIdentity } from './function-identity.ts';

const WITHIN_MS = 3_000;
const HOUR_MS = 3_600_000;
const DAYS = 22;

/**
 * The highest `DatabaseConnections` of each hour in the last three weeks. One request of CloudWatch's query protocol, which
 * every partition has: its client would be larger than all that it is needed for.
 * @throws RemediationError `past-unreadable`.
 */
export async function vendedConnections(host: string, now: number): Promise<readonly VendedCount[]> {
  const named = rdsHost(host);
  if (named === null) return [];
  const { region: ours, credentials } = functionIdentity();
  const region = named.region ?? ours;
  const url = new URL(
    process.env.AWS_ENDPOINT_URL_CLOUDWATCH ?? `https://monitoring.${region}.${named.domain}`,
  );
  const signer = new SignatureV4({ service: 'monitoring', region, credentials, sha256: Sha256 });
  const body = new URLSearchParams(queryFor(named.instance, now)).toString();
  const { method, headers } = await signer.sign(requestTo(url, body));
  try {
    const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(WITHIN_MS) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`HTTP ${answer.status}${inElement(text, 'Code', ', ')}`);
    return countsIn(text);
  } catch (thrown) {
    throw unreadable(host, thrown);
  }
}

function requestTo({ protocol, hostname, host, port }: URL, body: string): HttpRequest {
  return new HttpRequest({
    ...{ method: 'POST', protocol, hostname, path: '/', body },
    ...(port !== '' && { port: Number(port) }),
    headers: { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  });
}

function queryFor(instance: string, now: number): Readonly<Record<string, string>> {
  const metric = 'MetricDataQueries.member.1.MetricStat';
  const end = Math.ceil(now / HOUR_MS) * HOUR_MS;
  return {
    Action: 'GetMetricData',
    Version: '2010-08-01',
    StartTime: new Date(end - DAYS * 24 * HOUR_MS).toISOString(),
    EndTime: new Date(end).toISOString(),
    ScanBy: 'TimestampAscending',
    'MetricDataQueries.member.1.Id': 'connections',
    [`${metric}.Metric.Namespace`]: 'AWS/RDS',
    [`${metric}.Metric.MetricName`]: 'DatabaseConnections',
    [`${metric}.Metric.Dimensions.member.1.Name`]: 'DBInstanceIdentifier',
    [`${metric}.Metric.Dimensions.member.1.Value`]: instance,
    [`${metric}.Period`]: '3600',
    [`${metric}.Stat`]: 'Maximum',
  };
}

/** The answer has two lists of the same length: the times, and the values. */
function countsIn(xml: string): readonly VendedCount[] {
  const [times, values] = ['Timestamps', 'Values'].map((name) =>
    [...inElement(xml, name).matchAll(/<member>([^<]*)<\/member>/g)].map(([, text = '']) => text),
  );
  return (times ?? []).flatMap((time, index) => {
    const [at, used] = [Date.parse(time), Math.round(Number(values?.[index]))];
    return Number.isFinite(at) && used >= 0 ? [{ at, used }] : [];
  });
}

/** What is between the tags of an element. Empty when there is no such element. */
function inElement(xml: string, name: string, before = ''): string {
  const inside = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];
  return inside === undefined ? '' : before + inside;
}

function unreadable(host: string, cause: unknown): RemediationError {
  const found =
    cause instanceof Error && cause.name === 'TimeoutError' ? `no answer in ${WITHIN_MS} ms` : String(cause);
  const message = `CloudWatch did not say how many connections ${host} had in the last three weeks (${found}): check that cloudwatch:GetMetricData is allowed to the report function. Until then only its own counts say what is usual.`;
  return new RemediationError('past-unreadable', message, { cause });
}

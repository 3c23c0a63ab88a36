import { memoryIn } from '../../functions/aws/memory-table.ts';
import { publishTo } from '../../functions/aws/topics.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Destination } from '../../functions/events/parse-destination.ts';
import { report } from '../../functions/report/report.ts';
import type { ReportPorts } from '../../functions/report/report-ports.ts';
import { TABLE } from './loopback-dynamodb.ts';
import { workHere } from './report-work.ts';

export const PEOPLE = 'arn:aws:sns:eu-west-1:111122223333:people';
export const ROOMS = 'arn:aws:sns:eu-west-1:111122223333:rooms';

let runs = 0;

/** A run of this server that began so many minutes after a quarter past three. */
export function ranAt(minutes: number, server: string, record: RunRecord): RunRecord {
  runs += 1;
  const startedAt = new Date(Date.parse('2026-11-21T03:15:00.000Z') + minutes * 60_000).toISOString();
  const runId = `00000000-0000-4000-8000-${String(runs).padStart(12, '0')}`;
  return { ...record, runId, server, startedAt, recall: { kind: 'read', table: TABLE, paused: null } };
}

/** Delivers a run's record to the report, with the real clients for table and topics. Returns the log lines. */
export async function deliver(
  record: RunRecord,
  ports: Partial<ReportPorts> = {},
): Promise<readonly string[]> {
  const payload: unknown = JSON.parse(JSON.stringify(packRecord(record)));
  const functionName = `pg-headroom-${record.server}`;
  return deliverAs(
    { kind: 'record', functionName, requestId: record.runId, payload },
    Date.parse(record.startedAt),
    ports,
  );
}

export async function deliverAs(
  destination: Destination,
  now: number,
  ports: Partial<ReportPorts> = {},
): Promise<readonly string[]> {
  const lines: string[] = [];
  await report(destination, {
    work: workHere,
    keep: null,
    memory: memoryIn(TABLE),
    count: () => {},
    publish: publishTo(PEOPLE, ROOMS),
    now: () => now,
    sleep: async () => {},
    log: (event) => lines.push(event),
    ...ports,
  });
  return lines;
}

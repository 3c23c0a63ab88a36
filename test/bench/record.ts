import { MAX_RECORD_BYTES, packRecord } from '../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Session } from '../../functions/core/server/session.ts';
import { recorded } from '../doors/doors.ts';
import { aPolicy, aSession, aSnapshot, HOUR } from '../support/builders.ts';
import { destinationEnvelope, MAX_ASYNC_PAYLOAD_BYTES } from '../support/destination-envelope.ts';
import { runOf } from '../support/records.ts';
import { compare, goal, markdownTable, measuredOf, number } from './measure.ts';

const SIZES = [100, 1_000, 5_000];
const VICTIMS = 500;
const NOW = Date.parse('2026-11-21T03:15:43Z');

/** The record of a run as it is returned, and the time to pack and unpack it, beside its sessions as plain JSON. */
export async function benchRecord(): Promise<string> {
  const rows: string[][] = [];
  let most = { packed: 0, envelope: 0 };
  for (const size of SIZES) {
    const record = recordOfSize(size);
    const result = packRecord(record);
    const [pack = measuredOf('', []), unpack = measuredOf('', []), plain = measuredOf('', [])] =
      await compare(
        [
          { name: 'pack', run: () => void packRecord(record) },
          { name: 'unpack', run: () => void unpackRecord(result) },
          { name: 'plain', run: () => void JSON.stringify(record) },
        ],
        15,
      );
    const envelope = destinationEnvelope({
      requestId: record.runId,
      functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:pg-headroom-orders',
      condition: 'Success',
      attempts: 1,
      event: recorded('metric-alarm'),
      response: { payload: result, isError: false },
    });
    most = { packed: JSON.stringify(result).length, envelope: JSON.stringify(envelope).length };
    rows.push([
      `${number(size)} sessions, ${record.attempts.length} ended`,
      number(most.packed / 1_000, 1),
      number(JSON.stringify(record).length / 1_000, 1),
      result.reduced.length === 0 ? 'nothing' : result.reduced.join(', '),
      ...[pack, unpack, plain].map(
        ({ median, low, high }) => `${number(median, 1)} (${number(low, 1)}–${number(high, 1)})`,
      ),
    ]);
  }
  return [
    markdownTable([
      ['', 'KB', 'as plain JSON, KB', 'left out', 'pack, ms', 'unpack, ms', 'plain JSON, ms'],
      ...rows,
    ]),
    '',
    goal('at 5,000 sessions the record has', MAX_RECORD_BYTES, [most.packed], { unit: 'bytes', digits: 0 }),
    '',
    goal("and Lambda's envelope around it", MAX_ASYNC_PAYLOAD_BYTES, [most.envelope], {
      unit: 'bytes',
      digits: 0,
    }),
  ].join('\n');
}

/** The same numbers on every run. Only the high bits of a linear congruence are random enough. */
function makeRandom(): (below: number) => number {
  let state = 7;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Random microseconds, dozens of services, hundreds of statements. One in ten sessions ended, and a few are new. */
export function recordOfSize(size: number): RunRecord {
  const random = makeRandom();
  const text = (ageMs: number) =>
    `${new Date(NOW - ageMs).toISOString().replace('T', ' ').slice(0, 23)}${String(random(1_000)).padStart(3, '0')}+00`;
  const sessions = Array.from({ length: size }, (_, index): Session => {
    const ageMs = random(2 * HOUR);
    return aSession({
      pid: 1_000 + index * 3 + random(3),
      backendStart: text(ageMs + random(HOUR)),
      user: `service_${index % 12}`,
      database: `db_${index % 5}`,
      application: `service-${index % 40}`,
      address: `10.0.${index % 9}.${random(250)}`,
      stateChange: text(ageMs),
      stateAgeMs: ageMs,
      queryAgeMs: ageMs + random(20),
      lastStatement: `SELECT id, total FROM orders_${index % 300} WHERE customer = $1 AND status = ? LIMIT ?`,
    });
  });
  const maxVictims = Math.min(VICTIMS, size / 10);
  return runOf({
    snapshot: aSnapshot({ slots: { max: size + 3 }, sessions }),
    policy: aPolicy({ mode: 'enforce', limits: { maxVictims } }),
    came: sessions.slice(0, 30).map((each) => ({ ...each, pid: (each.pid ?? 0) + 100_000 })),
  });
}

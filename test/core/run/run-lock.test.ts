import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { REMEDIATE_TIMEOUT_SECONDS } from '../../../functions/contract.ts';
import { explain } from '../../../functions/core/diagnosis/explain.ts';
import { followIncident } from '../../../functions/core/incident/follow-incident.ts';
import { isReportable, isWorthKeeping } from '../../../functions/core/incident/is-reportable.ts';
import { NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { memoryDocument, parseMemory } from '../../../functions/core/incident/memory-document.ts';
import { fromPackedRecord, toPackedRecord } from '../../../functions/core/run/codec/pack-record.ts';
import { parseRecordText } from '../../../functions/core/run/codec/parse-record.ts';
import { packRecord } from '../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../functions/core/run/codec/unpack-record.ts';
import type { LockHolder } from '../../../functions/core/run/lock-sight.ts';
import { LONGEST_RUN_MS } from '../../../functions/core/run/run-lock.ts';
import { fullTextOf } from '../../../functions/render/message/full-text.ts';
import { renderIncident } from '../../../functions/render/message/render-incident.ts';
import { metricsOf } from '../../../functions/report/run-metrics.ts';
import { recordOf } from '../../support/records.ts';
import { aRun, live } from '../../support/summaries.ts';
import { summaryOf } from '../../support/summary-of.ts';

const SWEEP = { kind: 'schedule', at: null, id: null } as const;

function holder(fields: Partial<LockHolder> = {}): LockHolder {
  return {
    pid: 4711,
    user: 'headroom',
    application: 'pg-headroom',
    address: '10.0.3.7',
    openMs: 12_000,
    isRun: true,
    ...fields,
  };
}

const STRANGER = holder({ pid: 99, user: 'app', application: 'psql', openMs: 7_200_000, isRun: false });

function busy(holders: readonly LockHolder[], total = holders.length) {
  return recordOf('busy', { trigger: SWEEP, lock: { holders, total } });
}

const textOf = (record: Parameters<typeof renderIncident>[0]) => fullTextOf(record).replace(/\s+/g, ' ');

test('No run takes longer than its function may', () => {
  expect(LONGEST_RUN_MS).toBe(REMEDIATE_TIMEOUT_SECONDS * 1_000);
});

describe('A scheduled run that is busy', () => {
  test('because another one is at work is neither told nor kept, and leaves nothing unresolved', () => {
    const record = busy([holder()]);
    expect([isReportable(record), isWorthKeeping(record)]).toEqual([false, false]);
    expect(metricsOf(record).map(({ name }) => name)).not.toContain('unresolved');
  });

  test('because one holds the lock for longer than a run can take is told, kept and unresolved', () => {
    const record = busy([holder({ openMs: 61_000 })]);
    expect([isReportable(record), isWorthKeeping(record)]).toEqual([true, true]);
    expect(metricsOf(record)).toContainEqual({ name: 'unresolved', unit: 'Count', value: 1 });
    expect(live([{ ...summaryOf(explain(record, [])), runId: 'a' }]).told).toEqual(['opened']);
  });

  test('says who holds the lock, for how long, and how to end it', () => {
    const { subject, attributes } = renderIncident(busy([holder({ openMs: 10_800_000 })]));
    expect(subject).toBe('[critical] orders no run can act: the lock of runs has been held for 3h');
    expect(attributes.severity).toBe('critical');
    const text = textOf(busy([holder({ openMs: 10_800_000 }), STRANGER]));
    expect(text).toContain(
      'The lock of runs is held by pid 4711 (role headroom, application pg-headroom, from 10.0.3.7), whose session has been open for 3h. A run takes 1m at most.',
    );
    expect(text).toMatch(
      /SELECT pid, pg_terminate_backend\(pid\) .*\sWHERE pid = 4711 AND backend_start < .*\sAND pid IN /,
    );
    expect(text).toContain(
      'pid 99 (role app, application psql, from 10.0.3.7) holds a lock with our number. This is no run of ours',
    );
  });

  test('with a stranger beside the run is told by the age of the run, not of the stranger', () => {
    expect(isReportable(busy([holder(), STRANGER]))).toBe(false);
  });
});

describe('Runs that are busy one after the other', () => {
  const sweep = (minutes: number, outcome: 'busy' | 'healthy' | 'muted' = 'busy') =>
    aRun(minutes, { outcome, refused: false });

  test('are told once that lasts for longer than a run can take, and again after half an hour', () => {
    const told = live(Array.from({ length: 8 }, (_, at) => sweep(at * 5))).told;
    expect(told).toEqual([null, 'opened', null, null, null, null, null, 'reminder']);
  });

  test('are not while another run looked in between, whenever it is reported', () => {
    expect(live([sweep(0), sweep(4, 'healthy'), sweep(5), sweep(10, 'healthy'), sweep(15)]).told).toEqual(
      Array(5).fill(null),
    );
    expect(live([sweep(5), sweep(4.9, 'healthy'), sweep(10)]).told).toEqual([null, null, null]);
  });

  test('are so across runs that never wanted the lock', () => {
    expect(live([sweep(0), sweep(2, 'muted'), sweep(5)]).told).toEqual([null, null, 'opened']);
  });

  test('are remembered, and an item of before knows of none', () => {
    const { memory } = followIncident(NOTHING_REMEMBERED, sweep(0), 0);
    const place = { server: 'orders', table: 'memory' };
    expect(parseMemory(place, 1, memoryDocument(memory)).busySince).toBe('2026-11-21T03:15:00.000Z');
    const { busySince: _, ...older } = JSON.parse(memoryDocument(memory));
    expect(parseMemory(place, 1, JSON.stringify(older)).busySince).toBeNull();
  });
});

describe('Holders of a lock like ours', () => {
  const hostile = holder({ pid: 7, user: 'x\n"; DROP', application: '\u001b[31mboo', isRun: false });

  test('that stop nothing are named in the message of any run, the first three of them', () => {
    const record = recordOf('recovered', { lock: { holders: [STRANGER, hostile], total: 500 } });
    const text = textOf(record);
    expect(text).toContain('pid 99 (role app, application psql, from 10.0.3.7)');
    expect(text).toContain(
      'and 498 more hold locks with our number. These are no runs of ours and do not stop our runs.',
    );
    expect(text).not.toContain('\u001b');
  });

  test('stay in the record as it travels and as it is kept', () => {
    const record = recordOf('busy', {
      lock: { holders: [holder({ pid: '139000000000123' }), { ...STRANGER, pid: null }], total: 9 },
    });
    expect(fromPackedRecord(JSON.parse(JSON.stringify(toPackedRecord(record)))).lock).toEqual(record.lock);
    expect(parseRecordText(JSON.stringify({ ...record, reduced: [] })).lock).toEqual(record.lock);
  });

  test('are none in a record of before', () => {
    const { lock: _, ...older } = recordOf('busy');
    expect(parseRecordText(JSON.stringify({ ...older, reduced: [] })).lock).toBeNull();
    const { lock: __, ...packed } = toPackedRecord(recordOf('busy'));
    const text = gzipSync(JSON.stringify(packed)).toString('base64');
    expect(unpackRecord({ ...packRecord(recordOf('busy')), packed: text }).lock).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { countsIn } from '../../functions/aws/counts-table.ts';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { publishTo } from '../../functions/aws/topics.ts';
import { wouldWarn } from '../../functions/aws/would-warn.ts';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { planFromCount } from '../../functions/core/plan/plan-from-count.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { DEFAULT_WARNINGS } from '../../functions/core/warning/warning-settings.ts';
import type { ReportPorts } from '../../functions/report/report-ports.ts';
import { MINUTE, someSlots } from '../support/builders.ts';
import { TABLE } from '../support/loopback-dynamodb.ts';
import { ENFORCE, recordOf, runOf, SWEEP, sessionsOf, snapshotOf } from '../support/records.ts';
import { reportOverWire } from '../support/report-over-wire.ts';
import { deliverAs, deliver as deliverTo, PEOPLE, ROOMS, ranAt } from '../support/reported.ts';

/** Early warnings through the report with the real clients: a table of dynalite's and topics on loopback. */

const wire = reportOverWire('warned');

/** A scheduled run that only counted: so many of 100 usable slots are used. */
function counted(minutes: number, used: number, max = 103): RunRecord {
  const plan = planFromCount({ slots: someSlots({ max, superuserReserved: 3, reserved: 0 }), used }, ENFORCE);
  return ranAt(minutes, wire.server, recordOf('healthy', { trigger: SWEEP, plan }));
}
/** A scheduled run that looked: 44 of 57 slots, most of them a leak of the last half an hour. */
const looked = (minutes: number) => {
  const leak = {
    count: 36,
    application: 'billing-worker',
    user: 'billing',
    fromAgeMs: 30 * MINUTE,
    toAgeMs: 20_000,
    leaks: true,
  };
  const shop = { count: 8, application: 'storefront', user: 'shop', fromAgeMs: 4_000 };
  return ranAt(
    minutes,
    wire.server,
    runOf({ snapshot: snapshotOf(sessionsOf([leak, shop])), trigger: SWEEP }),
  );
};
const counts = countsIn(TABLE);
const deliver = (record: RunRecord, ports: Partial<ReportPorts> = {}) =>
  deliverTo(record, { counts, ...ports });
const tell = async (used: readonly number[], from = 0, ports: Partial<ReportPorts> = {}) => {
  for (const [index, each] of used.entries()) await deliver(counted(from + index * 5, each), ports);
};
const warnings = (topic = PEOPLE) => wire.aws.published.filter(({ topicArn }) => topicArn === topic);
const subjects = () => warnings().map(({ subject }) => subject);

describe('An early warning over the wire', () => {
  test('is told once in an episode, to people and in the room, and again in the next', async () => {
    await tell([50, 70, 76, 76, 80, 86, 90]);
    expect(subjects()).toEqual([expect.stringMatching(/^\[warning\] warned-\d+ filling up 76\/100: 76 %$/)]);
    expect(warnings(ROOMS)).toHaveLength(1);
    await tell([60, 76, 76], 60);
    expect(warnings()).toHaveLength(2);
  });

  test('says when the server is full at the pace of the last hour', async () => {
    await tell([45, 45, 52, 59]);
    expect(subjects()).toEqual([expect.stringMatching(/ filling up 59\/100: full at 03:59 UTC$/)]);
    expect(warnings()[0]?.message).toContain(
      'the last one is taken in about 29 minutes, at 03:59 UTC. No client is refused yet.',
    );
  });

  test('has an attribute of its own beside severity, server and mode', async () => {
    await tell([76, 76]);
    const attributes = {
      severity: 'warning',
      outcome: 'healthy',
      server: wire.server,
      mode: 'enforce',
      warning: 'tier',
    };
    expect(warnings()[0]?.attributes).toMatchObject(attributes);
  });

  test('is not told again when its run is delivered again, and goes to the topic that refused it', async () => {
    await tell([76]);
    const second = counted(5, 76);
    await deliver(second);
    await deliver(second);
    expect(warnings()).toHaveLength(1);
    const refusing: Partial<ReportPorts> = {
      publish: {
        ...publishTo(PEOPLE, ROOMS),
        chat: () => Promise.reject(new RemediationError('publish-failed', 'The topic refused.')),
      },
    };
    const third = [counted(60, 60), counted(65, 76), counted(70, 76)];
    for (const each of third.slice(0, 2)) await deliver(each);
    await expect(deliver(third[2] ?? second, refusing)).rejects.toMatchObject({ code: 'publish-failed' });
    await deliver(third[2] ?? second);
    expect([warnings().length, warnings(ROOMS).length]).toEqual([2, 2]);
    expect(new Set(warnings(ROOMS).map(({ message }) => JSON.parse(message).id)).size).toBe(2);
  });

  test('comes anew after a restart', async () => {
    await tell([76, 76, 0, 0, 45, 76, 76]);
    expect(warnings()).toHaveLength(2);
  });

  test('has tiers of the slots of now when max_connections changed', async () => {
    await tell([70, 70]);
    for (const [index, max] of [93, 93].entries()) await deliver(counted(10 + index * 5, 70, max));
    expect(subjects()).toEqual([expect.stringContaining(' filling up 70/90: 77 %')]);
  });

  test('says who grows, at which pace, since when by the clock, what to do, and what the policy would do', async () => {
    await tell([40], -5);
    await deliver(looked(0));
    await deliver(looked(5));
    const [mail] = warnings();
    expect(mail?.subject).toMatch(/ filling up 44\/57: 77 %, billing-worker grows$/);
    expect(mail?.message).toContain('billing-worker holds 36 sessions, all of them opened in the last hour,');
    expect(mail?.message).toMatch(/steady 7\d an hour since\s+02:4\d UTC/);
    expect(mail?.message).toMatch(
      /The policy acts from \d+ used slots on\. It would end at most \d+ of the sessions\s+that\s+are\s+here now\./,
    );
    expect(mail?.message).toContain('connections that are not given');
    expect(warnings(ROOMS)[0]?.message).toContain('*At pressure:* The policy acts from');
  });

  test('costs a server with most of its slots free no call', async () => {
    const before = wire.dynamodb.calls.length;
    await tell([39, 39]);
    expect(wire.dynamodb.calls.slice(before).map(({ operation }) => operation)).toEqual([
      'GetItem',
      'GetItem',
    ]);
  });

  test('keeps the last 24 counts in an item below a kilobyte', async () => {
    await tell(Array.from({ length: 30 }, (_, index) => 45 + (index % 3)));
    const item = await wire.dynamodb.get(`${wire.server}/counts`);
    expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(1_024);
    expect((await countsIn(TABLE).read(wire.server)).counts).toHaveLength(24);
  });

  test('holds nothing up when the counts cannot be read or written', async () => {
    wire.dynamodb.behave('denying', 'PutItem');
    expect(await deliver(counted(0, 76))).toContain('counts-trouble');
    wire.dynamodb.behave('well');
    await tell([76, 76], 5);
    expect(warnings()).toHaveLength(1);
  });

  test('is not told where its server does not want it, or has no memory', async () => {
    const off = (minutes: number) => {
      const record = counted(minutes, 96);
      const payload: unknown = JSON.parse(JSON.stringify(packRecord(record, 'few', null)));
      const functionName = `pg-headroom-${wire.server}`;
      return deliverAs({ kind: 'record', functionName, requestId: record.runId, payload }, 0, { counts });
    };
    for (const minutes of [0, 5, 10]) await off(minutes);
    await tell([96, 96], 20, { memory: null });
    expect(warnings()).toEqual([]);
  });

  test('gives way to the message of a run under pressure, which shows that warnings were right', async () => {
    const rise = { percent: 80, minutes: 10, day: Math.floor(Date.parse(looked(0).startedAt) / 86_400_000) };
    await deliver(counted(-5, 50));
    const before = await counts.read(wire.server);
    await counts.write(wire.server, { ...before, wrongRises: [rise] });
    expect((await counts.read(wire.server)).wrongRises).toEqual([rise]);
    await deliver(
      ranAt(
        0,
        wire.server,
        runOf({
          snapshot: looked(0).snapshot ?? snapshotOf([]),
          trigger: SWEEP,
          policy: { ...ENFORCE, relieve: { ...ENFORCE.relieve, when: { unit: 'usedPercent', value: 50 } } },
        }),
      ),
    );
    expect(subjects().filter((subject) => subject?.includes('filling up'))).toEqual([]);
    expect((await counts.read(wire.server)).wrongRises).toEqual([]);
  });

  test('keeps what was wrong lately while runs are calm', async () => {
    const rise = { percent: 80, minutes: 10, day: Math.floor(Date.parse(looked(0).startedAt) / 86_400_000) };
    await tell([50]);
    await counts.write(wire.server, { ...(await counts.read(wire.server)), wrongRises: [rise] });
    await tell([50], 5);
    expect((await counts.read(wire.server)).wrongRises).toEqual([rise]);
  });

  test('asks RDS for the past once, before it is told, and is not told of what was usual then', async () => {
    const asked: string[] = [];
    const day = 24 * 60 * MINUTE;
    const at = Date.parse('2026-11-21T03:15:00.000Z');
    const ports: Partial<ReportPorts> = {
      counts: {
        ...counts,
        past: async (host) => {
          asked.push(host);
          return [1, 2, 3].map((days) => ({ at: at - days * day, used: 80 }));
        },
      },
    };
    const host = 'orders.c1a2b3.eu-west-1.rds.amazonaws.com';
    const rds = async (used: readonly number[]) => {
      for (const [index, each] of used.entries()) {
        const record = counted(index * 5, each);
        const order = { ...DEFAULT_WARNINGS, rdsHost: host };
        const payload: unknown = JSON.parse(JSON.stringify(packRecord(record, 'few', order)));
        const delivery = {
          kind: 'record',
          functionName: `pg-headroom-${wire.server}`,
          requestId: record.runId,
          payload,
        } as const;
        await deliverAs(delivery, 0, ports);
      }
    };
    await rds([70, 76, 76, 76, 76, 76]);
    expect([asked, warnings()]).toEqual([[host], []]);
    await rds([70, 76, 76, 76, 76, 76, 86, 86]);
    expect(asked).toHaveLength(1);
    expect(subjects()).toEqual([expect.stringContaining(' filling up 86/100: 86 %')]);
  });

  test('is told without the past where CloudWatch does not answer', async () => {
    const ports: Partial<ReportPorts> = {
      counts: { ...counts, past: () => Promise.reject(new Error('denied')) },
    };
    await tell([76, 76], 0, ports);
    expect(warnings()).toHaveLength(1);
  });

  test('is counted as a metric while its episode lasts', async () => {
    const measured: string[] = [];
    const ports: Partial<ReportPorts> = {
      count: ({ metrics }) => measured.push(...metrics.map(({ name }) => name)),
    };
    await tell([76, 76, 76, 60, 60], 0, ports);
    expect(measured.filter((name) => name === 'warned')).toHaveLength(2);
  });
});

describe('A run that is about to be news', () => {
  test('is known from the counts before it, without a write', async () => {
    await tell([50, 76]);
    const ask = wouldWarn(wire.server, TABLE, DEFAULT_WARNINGS);
    const at = Date.parse('2026-11-21T03:15:00.000Z') + 10 * MINUTE;
    const before = wire.dynamodb.calls.length;
    expect(await ask({ at, used: 76, usable: 100 })).toBe(true);
    expect(await ask({ at, used: 60, usable: 100 })).toBe(false);
    expect(wire.dynamodb.calls.slice(before).map(({ operation }) => operation)).toEqual([
      'GetItem',
      'GetItem',
    ]);
  });

  test.each(['denying', 'failing'] as const)('is not known from a table that is %s', async (behaviour) => {
    await tell([76]);
    wire.dynamodb.behave(behaviour);
    const at = Date.parse('2026-11-21T03:20:00.000Z');
    expect(await wouldWarn(wire.server, TABLE, DEFAULT_WARNINGS)({ at, used: 96, usable: 100 })).toBe(false);
  });

  test('is not asked for without a table, or where no one is to be warned', async () => {
    const count = { at: 0, used: 96, usable: 100 };
    expect(await wouldWarn(wire.server, null, DEFAULT_WARNINGS)(count)).toBe(false);
    expect(await wouldWarn(wire.server, TABLE, null)(count)).toBe(false);
  });
});

test('The memory of a server is as it was when people are not warned', async () => {
  const before = await memoryIn(TABLE).read(wire.server);
  await tell([45, 46, 45]);
  expect(await memoryIn(TABLE).read(wire.server)).toEqual(before);
});

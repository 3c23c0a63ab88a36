import { describe, expect, test } from 'vitest';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { aPolicy, aSession, aSnapshot, HOUR } from '../support/builders.ts';
import { TABLE } from '../support/loopback-dynamodb.ts';
import { runOf } from '../support/records.ts';
import { reportOverWire } from '../support/report-over-wire.ts';
import { deliver, PEOPLE, ranAt } from '../support/reported.ts';

/** The first run after the upgrade, over the wire: a table of dynalite's and topics on loopback. */

const wire = reportOverWire('tenants');

/** A run that ends sessions of a program that has one in each of so many databases, all of one database, or observes it. */
function tenants(databases: number, mode: 'enforce' | 'observe' = 'enforce'): RunRecord {
  const sessions = Array.from({ length: 40 }, (_, at) =>
    aSession({
      pid: at + 1,
      application: 'saas',
      database: `tenant_${at % databases}`,
      stateAgeMs: (at + 2) * HOUR,
    }),
  );
  const policy = aPolicy({
    mode,
    relieve: { when: { freeSlots: 5 }, until: { freeSlots: 30 } },
    limits: { maxPercent: 100 },
  });
  return runOf({ snapshot: aSnapshot({ sessions, slots: { max: 40, superuserReserved: 0 } }), policy });
}

const SAYS = 'limits.keepPerGroup counts by program. In earlier versions';
const toPeople = () => wire.aws.published.filter(({ topicArn }) => topicArn === PEOPLE);
const saying = () => toPeople().map(({ message }) => message.includes(SAYS));
const flat = (text = '') => text.replaceAll(/\s+/g, ' ');

describe('The first run after the upgrade', () => {
  test.each(['enforce', 'observe'] as const)(
    'says once whom the rule of before would have kept, in mode %s',
    async (mode) => {
      await deliver(ranAt(0, wire.server, tenants(40, mode)));
      await deliver(ranAt(90, wire.server, tenants(40, mode)));
      await deliver(ranAt(180, wire.server, tenants(40, mode)));
      expect(saying().filter(Boolean)).toHaveLength(1);
      const rooms = wire.aws.published.filter(({ topicArn }) => topicArn !== PEOPLE);
      expect(rooms.filter(({ message }) => message.includes('*Kept by earlier versions:*'))).toHaveLength(1);
      expect(saying()[0]).toBe(true);
      expect(flat(toPeople()[0]?.message)).toContain(
        'In earlier versions it counted by application name, role and database. It would then have kept 30 of the 30 sessions that this run chose: 30 of saas',
      );
    },
  );

  test('says it once for each server', async () => {
    await deliver(ranAt(0, wire.server, tenants(40)));
    await deliver(ranAt(1, `${wire.server}-other`, tenants(40)));
    expect(saying()).toEqual([true, true]);
  });

  test('says nothing where it takes none of them, and leaves it to the first that does', async () => {
    await deliver(ranAt(0, wire.server, tenants(1)));
    expect(saying()).toEqual([false]);
    await deliver(ranAt(90, wire.server, tenants(40)));
    expect(saying().at(-1)).toBe(true);
  });

  test('says it again where it is delivered again because a topic refused it', async () => {
    const run = ranAt(0, wire.server, tenants(40));
    const texts: string[] = [];
    const people = async ({ text }: { readonly text: string }) => {
      texts.push(text);
      if (texts.length === 1) throw new Error('refused');
      return undefined;
    };
    await expect(deliver(run, { publish: { people, chat: null } })).rejects.toThrow('refused');
    await deliver(run, { publish: { people, chat: null } });
    expect(texts.map((text) => text.includes(SAYS))).toEqual([true, true]);
  });

  test('leaves a line in the log, and says nothing, without a memory or with one that cannot be read', async () => {
    expect(await deliver(ranAt(0, wire.server, tenants(40)), { memory: null })).toContain('kept-before');
    const broken = { ...memoryIn(TABLE), read: () => Promise.reject(new Error('unreadable')) };
    expect(await deliver(ranAt(1, wire.server, tenants(40)), { memory: broken })).toContain('kept-before');
    expect(saying()).toEqual([false, false]);
  });
});

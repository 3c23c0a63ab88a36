import { describe, expect, test } from 'vitest';
import type { RdsInstance } from '../../../functions/core/fleet/rds-view.ts';
import { reconcile } from '../../../functions/core/fleet/reconcile.ts';
import { cellView, FLEET_NOW, registered, registryAfter, tag, viewOf } from '../../support/fleet.ts';

const HOUR = 3_600_000;
const PERIOD = 300_000;
const iso = (ms: number) => new Date(ms).toISOString();

describe('A database that the API shows first', () => {
  test('is written whole, and observes for a day', () => {
    const { databases, writes } = reconcile([], viewOf(), FLEET_NOW);
    const expected = registered({
      firstSeen: iso(FLEET_NOW),
      observeUntil: iso(FLEET_NOW + 24 * HOUR),
      lastSeen: iso(FLEET_NOW),
      rungWhy: 'the trigger is not set up yet',
    });
    expect(databases).toEqual([expected]);
    const { accepted: _, ...item } = expected;
    expect(writes).toEqual([{ item, expiresAt: null }]);
  });
});

describe('A registry that shows what the API shows', () => {
  test('is written at most hourly, for the time of the last sight alone', () => {
    const times = Array.from({ length: 24 * 12 }, (_, at) => FLEET_NOW + at * PERIOD);
    const { writes } = registryAfter(...times.map((at) => [viewOf(), at] as const));
    expect(writes.flat()).toHaveLength(24);
  });

  test('is written at once when anything changes', () => {
    const changes: readonly Partial<RdsInstance>[] = [
      { name: 'renamed' },
      { host: 'other' },
      { port: 6543 },
      { status: 'modifying' },
      { iam: false },
      { exportsLog: false },
      { tags: [tag('observe')] },
      { engineVersion: '18.1' },
      { instanceClass: 'db.t4g.medium' },
      { source: 'origin' },
    ];
    for (const change of changes) {
      const { writes } = registryAfter([viewOf(), FLEET_NOW], [viewOf(change), FLEET_NOW + 1]);
      expect([change, writes[1]?.length]).toEqual([change, 1]);
    }
  });

  test('keeps what a later version added', () => {
    const later = { ...registered(), version: 2, colour: 'blue' };
    const [written] = reconcile([later], viewOf({ status: 'modifying' }), FLEET_NOW).writes;
    expect(written?.item).toMatchObject({ version: 2, colour: 'blue', status: 'modifying' });
  });
});

describe('A resource id', () => {
  const first = [viewOf(), FLEET_NOW] as const;

  test('keeps its first moment when it is renamed, or moves to another VPC', () => {
    const renamed = registryAfter(first, [viewOf({ name: 'new' }), FLEET_NOW + HOUR]).databases[0];
    expect(renamed).toMatchObject({ name: 'new', firstSeen: iso(FLEET_NOW) });
    const moved = registryAfter(first, [viewOf({ vpc: 'vpc-0bbb' }), FLEET_NOW + HOUR]).databases[0];
    expect(moved).toMatchObject({ key: 'vpc-0bbb#db-ORDERS', firstSeen: iso(FLEET_NOW) });
  });

  test('that takes the name of another one starts its own quarantine', () => {
    const { databases } = registryAfter(first, [viewOf({ resource: 'db-CLONE' }), FLEET_NOW + HOUR]);
    expect(databases.find(({ resource }) => resource === 'db-CLONE')).toMatchObject({
      firstSeen: iso(FLEET_NOW + HOUR),
      observeUntil: iso(FLEET_NOW + 25 * HOUR),
    });
  });

  test('stays accepted', () => {
    const accepted = { by: 'alice', at: iso(FLEET_NOW) };
    const { databases, writes } = reconcile(
      [registered({ accepted })],
      viewOf({ status: 'modifying' }),
      FLEET_NOW,
    );
    expect(databases[0]).toMatchObject({ accepted });
    expect(writes[0]?.item).not.toHaveProperty('accepted');
  });
});

describe('A database that the API shows no more', () => {
  const none = cellView();

  test('keeps its standing for one read, and is gone at the next', () => {
    const once = registryAfter([viewOf(), FLEET_NOW], [none, FLEET_NOW + PERIOD]);
    expect(once.databases[0]).toMatchObject({ standing: 'runs', goneSince: iso(FLEET_NOW + PERIOD) });
    const twice = registryAfter(
      [viewOf(), FLEET_NOW],
      [none, FLEET_NOW + PERIOD],
      [none, FLEET_NOW + 2 * PERIOD],
    );
    expect(twice.databases[0]).toMatchObject({ standing: 'skipped', why: 'gone' });
    expect(twice.writes[2]?.[0]?.expiresAt).toBe((FLEET_NOW + 2 * PERIOD) / 1_000 + 7 * 24 * 3_600);
  });

  test('is not written again', () => {
    const reads = Array.from({ length: 40 }, (_, at) => [none, FLEET_NOW + (at + 1) * PERIOD] as const);
    expect(registryAfter([viewOf(), FLEET_NOW], ...reads).writes.flat()).toHaveLength(3);
  });

  test('comes back with its first moment', () => {
    const back = registryAfter(
      [viewOf(), FLEET_NOW],
      [none, FLEET_NOW + 1],
      [none, FLEET_NOW + 2],
      [viewOf(), FLEET_NOW + 3],
    );
    expect(back.databases[0]).toMatchObject({ standing: 'runs', goneSince: null, firstSeen: iso(FLEET_NOW) });
    expect(back.writes[3]?.[0]?.expiresAt).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { upgradePooler } from '../../../functions/core/advice/upgrade-pooler.ts';
import { NO_SETTINGS, type PoolerState } from '../../../functions/core/server/pooler.ts';
import { aSnapshot } from '../../support/builders.ts';

function textsFor(version: string | null, kind: PoolerState['kind'] = 'pgbouncer'): readonly string[] {
  const pooler: PoolerState = {
    kind,
    at: '10.0.3.4:6432',
    addresses: [],
    problem: null,
    version,
    pools: [],
    clients: [],
    clientCount: 0,
    sessions: [],
    unlisted: null,
    settings: NO_SETTINGS,
  };
  return upgradePooler({ snapshot: { ...aSnapshot(), pooler } }).map(({ text }) => text);
}

describe('An upgrade is advised for a PgBouncer', () => {
  test.each([
    ['PgBouncer 1.18.0', 'CVE-2026-107350', ' and 2 more. Upgrade it to 1.26.1 or later'],
    ['PgBouncer 1.25.2', 'CVE-2026-19888', ' and 1 more. Upgrade it to 1.26.1 or later'],
    ['PgBouncer 1.26.0', 'CVE-2026-107350', 'log in as another one). Upgrade it to 1.26.1 or later'],
    ['PgBouncer 1.9.0', 'CVE-2026-6668', 'Upgrade it to 1.26.0 or later'],
  ])('%s, with the fault and its source', (version, fault, then) => {
    const [text = ''] = textsFor(version);
    expect(text).toContain(`${version} has known faults: `);
    expect(text).toContain(fault);
    expect(text).toContain(then);
    expect(text).toMatch(/Source: PgBouncer's changelog\.$/);
  });

  test.each(['PgBouncer 1.26.1', 'PgBouncer 1.27.0', 'PgBouncer 2.0.0', 'something else', null])(
    'but not for %s',
    (version) => {
      expect(textsFor(version)).toEqual([]);
    },
  );

  test('but not for another pooler', () => {
    expect(textsFor('4.3.5', 'pgpool')).toEqual([]);
  });
});

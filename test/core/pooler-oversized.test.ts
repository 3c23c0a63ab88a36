import { expect, test } from 'vitest';
import { diagnose } from '../../functions/core/diagnosis.ts';
import { planRemediation } from '../../functions/core/plan.ts';
import { NO_SETTINGS, type PoolerState } from '../../functions/core/pooler.ts';
import type { Session } from '../../functions/core/session.ts';
import { aPolicy, aSnapshot, someSessions } from '../support/builders.ts';
import { ALARM, recordOf } from '../support/records.ts';

const POLICY = aPolicy();

/** What a console says that lists these sessions as the pooler's. */
const consoleOf = (sessions: readonly Session[]): PoolerState => ({
  kind: 'pgbouncer',
  at: '10.0.0.7:6432',
  addresses: [],
  problem: null,
  version: null,
  pools: [],
  clients: [],
  clientCount: 0,
  sessions: sessions.map(({ pid, user }) => ({ pid: pid ?? 0, user: user ?? '', client: null })),
  settings: NO_SETTINGS,
});

/** A full server, whose idle sessions at one address look like nobody's in particular. */
function diagnosed(isAsked: boolean) {
  const idle = someSessions(60, 1_000, { application: '', lastStatement: 'COMMIT' });
  const others = someSessions(37, 2_000, {
    state: 'active',
    stateAgeMs: 5,
    user: 'shop',
    address: '10.0.0.8',
  });
  const snapshot = {
    ...aSnapshot({ sessions: [...idle, ...others] }),
    pooler: isAsked ? consoleOf(idle) : null,
  };
  const plan = planRemediation(snapshot, POLICY, 'alarm');
  return diagnose(recordOf('partial', { snapshot, policy: POLICY, plan, trigger: ALARM }));
}

test('what a console lists is the pooler’s, whatever else its sessions look like', () => {
  expect(diagnosed(true)).toMatchObject({
    cause: 'pooler-oversized',
    confidence: 'high',
    culprits: [{ standing: { sessions: 60 } }],
  });
  expect(diagnosed(false)?.cause).not.toBe('pooler-oversized');
});

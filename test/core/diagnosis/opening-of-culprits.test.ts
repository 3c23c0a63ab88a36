import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { serverPressure } from '../../../functions/core/plan/pressure.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { aPolicy, aReading, aSnapshot, HOUR, MINUTE, someSessions } from '../../support/builders.ts';
import { ALARM, recordOf } from '../../support/records.ts';

const TAKEN_AT = Date.parse('2026-11-21T03:15:43Z');
const textOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}+00`;

/** A leak of ten an hour that goes on until the snapshot is taken. */
function leaking(count: number, max: number, roleLimit: number | null = null): RunRecord {
  const sessions = someSessions(count, 1_000, (at) => {
    const ageMs = (at + 1) * 6 * MINUTE;
    const opened = textOf(TAKEN_AT - ageMs);
    return { user: 'billing', application: '', backendStart: opened, stateChange: opened, stateAgeMs: ageMs };
  });
  const roles = roleLimit === null ? [] : [{ name: 'billing', limit: roleLimit }];
  const snapshot = aSnapshot({ sessions, slots: { max, roles } });
  const policy = aPolicy({ relieve: { when: { freeSlots: 31 }, until: { freeSlots: 40 } } });
  return recordOf('partial', {
    snapshot,
    policy,
    trigger: ALARM,
    plan: planRemediation(snapshot, policy, 'alarm'),
  });
}

const openingIn = (record: RunRecord) => diagnose(record)?.culprits[0]?.opening;

describe('until the slots are gone', () => {
  test('is what the free slots last at the rate of the leak', () => {
    expect(openingIn(leaking(77, 100))).toMatchObject({
      perHour: 10,
      spanMs: 76 * 6 * MINUTE,
      fullInMs: 2 * HOUR,
    });
  });

  test('is nothing once they are, also where the reserve is being eaten', () => {
    expect(openingIn(leaking(97, 100))?.fullInMs).toBe(0);
    expect(openingIn(leaking(99, 100))?.fullInMs).toBe(0);
  });

  test('counts the slots that are free after the run', () => {
    const record = leaking(97, 100);
    const { snapshot, policy } = record;
    if (snapshot === null) throw new Error('The record has no snapshot');
    const pressure = [{ ...serverPressure(snapshot, policy), used: 67, free: 30 }];
    const readings = [aReading({ pressure })];
    expect(openingIn({ ...record, readings })?.fullInMs).toBe(3 * HOUR);
  });

  test('is about the limit where a leak under a limit was refused, and the limit is told', () => {
    const record = leaking(40, 200, 40);
    expect(diagnose(record)).toMatchObject({
      cause: 'connection-leak',
      evidence: [expect.stringContaining('40 of 40 sessions that the role may have are open')],
      culprits: [{ cause: 'connection-leak' }],
    });
    expect(openingIn(record)?.fullInMs).toBe(0);
  });
});

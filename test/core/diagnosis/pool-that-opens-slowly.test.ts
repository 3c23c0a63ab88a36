import { expect, test } from 'vitest';
import { serverTimeMs } from '../../../functions/core/base/server-time.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { aPolicy, aSession, aSnapshot, someSessions } from '../../support/builders.ts';
import { ALARM, recordOf } from '../../support/records.ts';

const POLICY = aPolicy();
const { takenAt } = aSnapshot({ sessions: [] });
const NOW = serverTimeMs(takenAt) ?? Number.NaN;
const at = (agoMs: number) => new Date(NOW - agoMs).toISOString().replace('T', ' ').replace('Z', '000+00');

const RESTS_MS = 9_000;
const PROCESSES = 4;
const PER_PROCESS = 11;

/** Four processes of one host, one after the other. Each opens eleven sessions, one by one, and works with all of them. */
function causeOf(pauseMs: number, usedAgoMs: (openedMs: number, lastMs: number, index: number) => number) {
  const theirs = Array.from({ length: PROCESSES * PER_PROCESS }, (_, number) => {
    const [process, index] = [Math.floor(number / PER_PROCESS), number % PER_PROCESS];
    const lastMs = RESTS_MS + (PROCESSES - 1 - process) * (PER_PROCESS * pauseMs + 100);
    const openedMs = lastMs + (PER_PROCESS - index) * pauseMs;
    const used = usedAgoMs(openedMs, lastMs, index);
    return aSession({
      pid: 1_000 + number,
      application: 'orders-api',
      backendStart: at(openedMs),
      stateChange: at(used),
      stateAgeMs: used,
      lastStatement: 'COMMIT',
    });
  });
  const others = someSessions(53, 2_000, {
    state: 'active',
    stateAgeMs: 5,
    user: 'other',
    address: '10.0.0.8',
  });
  const snapshot = aSnapshot({ sessions: [...theirs, ...others] });
  const plan = planRemediation(snapshot, POLICY, 'alarm');
  return diagnose(recordOf('partial', { snapshot, policy: POLICY, plan, trigger: ALARM }));
}

test.each([50, 100, 150, 200, 250, 300, 500, 1_000, 5_000])(
  'pools that open a session every %i ms and give all back at one moment are no leak',
  (pauseMs) => {
    const diagnosis = causeOf(pauseMs, (_, lastMs, index) => lastMs - index);
    expect(diagnosis?.cause).toBe('oversized-idle-pools');
  },
);

test.each([200, 300, 1_000])(
  'sessions that are opened every %i ms and each used once before the next are a leak',
  (pauseMs) => {
    expect(causeOf(pauseMs, (openedMs) => openedMs - 20)?.cause).toBe('connection-leak');
  },
);

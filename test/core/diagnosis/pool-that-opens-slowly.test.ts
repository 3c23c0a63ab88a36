import { expect, test } from 'vitest';
import { serverTimeMs } from '../../../functions/core/base/server-time.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import { aPolicy, aSession, aSnapshot, someSessions } from '../../support/builders.ts';
import { ALARM, recordOf } from '../../support/records.ts';

const POLICY = aPolicy();
const { takenAt } = aSnapshot({ sessions: [] });
const NOW = serverTimeMs(takenAt) ?? Number.NaN;
const at = (agoMs: number) => new Date(NOW - agoMs).toISOString().replace('T', ' ').replace('Z', '000+00');

const RESTS_MS = 9_000;
const PROCESSES = 3;
const PER_PROCESS = 11;

/** Three processes of one host, one after the other. Each opens eleven sessions, one by one, and works with all of them. */
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
  return diagnosisOf(theirs);
}

/** Beside others that take the rest of 80 slots. */
function diagnosisOf(theirs: readonly Session[]) {
  const others = someSessions(80 - theirs.length, 2_000, {
    state: 'active',
    stateAgeMs: 5,
    user: 'other',
    address: '10.0.0.8',
  });
  const snapshot = aSnapshot({ sessions: [...theirs, ...others], slots: { max: 83 } });
  const plan = planRemediation(snapshot, POLICY, 'alarm');
  return diagnose(recordOf('partial', { snapshot, policy: POLICY, plan, trigger: ALARM }));
}

/** As pools of node-postgres and psycopg2 opened with 0.08 of a core, in milliseconds since the first opening. */
const STARVED = {
  'node-postgres': {
    opened: [0, 199, 200, 203, 498, 500, 502, 601, 697, 698, 800],
    rested: [2499, 2302, 1598, 1899, 2303, 2198, 2598, 2400, 2399, 2701, 3198],
    next: 9_598,
  },
  psycopg2: {
    opened: [0, 505, 901, 1297, 1907, 2197, 2695, 3299, 3698, 4095, 4498],
    rested: [7898, 7698, 7597, 7496, 7397, 7301, 6897, 6498, 5797, 5595, 5199],
    next: 10_999,
  },
};

test.each(Object.entries(STARVED))(
  'a pool of %s on a starved host is no leak',
  (_, { opened, rested, next }) => {
    const end = PROCESSES * next + RESTS_MS;
    const theirs = Array.from({ length: PROCESSES }, (_, process) =>
      opened.map((openedMs, index) => {
        const used = end - process * next - (rested[index] ?? 0);
        return aSession({
          pid: 1_000 + process * PER_PROCESS + index,
          application: 'orders-api',
          backendStart: at(end - process * next - openedMs),
          stateChange: at(used),
          stateAgeMs: used,
          lastStatement: 'SELECT count(*) FROM orders WHERE paid = ?',
        });
      }),
    );
    expect(diagnosisOf(theirs.flat())?.cause).toBe('oversized-idle-pools');
  },
);

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

test('sessions of requests that overlap, each at rest while others are opened, are a leak', () => {
  // Each request takes five times as long as the next one takes to come.
  expect(causeOf(400, (openedMs) => openedMs - 5 * 400)?.cause).toBe('connection-leak');
});

import { describe, expect, test } from 'vitest';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { programsIn } from '../../../functions/core/server/programs-in.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import { aPolicy, aSession, aSnapshot, MINUTE } from '../../support/builders.ts';

/** Two sessions of each of twelve services under one role, idle for long. */
const SERVICES = [...'abcdefghijkl'].map((letter) => `${letter}-service`);
const sessions = SERVICES.flatMap((application, at) =>
  [0, 1].map((second) =>
    aSession({ pid: 2 * at + second + 1, application, stateAgeMs: (200 + at - 50 * second) * MINUTE }),
  ),
);
const slots = { max: 24, superuserReserved: 0 };
const policy = aPolicy({
  relieve: { when: { freeSlots: 1 }, until: { freeSlots: 12 } },
  limits: { keepPerGroup: 1, maxPercent: 100 },
});
const snapshot = aSnapshot({ sessions, slots });
const first = planRemediation(snapshot, policy, 'alarm');
const chosen = new Set(first.victims.map(({ session }) => session));

/** Of those chosen, the first six ended; the others came back to life, and their slots are needed still. */
const ended = new Set([...chosen].slice(0, 6));
const awake = (session: Session): Session =>
  chosen.has(session) ? { ...session, state: 'active', stateAgeMs: 1 } : session;
const later = aSnapshot({
  sessions: sessions.filter((session) => !ended.has(session)).map(awake),
  slots,
});
const remainder = { atMost: 6, attempted: new Set<string>(), pressure: first.pressure };
const programs = programsIn(snapshot);

describe('A later round of a run', () => {
  test('takes nothing that its first plan kept: services left with a session each are no program of one run', () => {
    expect(chosen.size).toBe(12);
    const { victims } = planRemediation(later, policy, 'alarm', { ...remainder, programs });
    const gone = new Set(victims.map(({ session }) => session.application));
    for (const { application } of ended) expect(gone).not.toContain(application);
    expect(victims).toHaveLength(6);
  });

  test('counts a session that came meanwhile to the program to which it would have belonged', () => {
    const came = aSession({ pid: 99, application: 'a-service', state: 'active', stateAgeMs: 0 });
    const withOne = { ...later, sessions: [...later.sessions, came] };
    const { victims } = planRemediation(withOne, policy, 'alarm', { ...remainder, programs });
    expect(victims.map(({ session }) => session.application)).toContain('a-service');
  });
});

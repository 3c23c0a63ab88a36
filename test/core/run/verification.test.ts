import { describe, expect, test } from 'vitest';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { pressureNow } from '../../../functions/core/plan/pressure.ts';
import { retakenSlots } from '../../../functions/core/run/newcomers.ts';
import { expectedOutcome, outcomeOf } from '../../../functions/core/run/outcome-of.ts';
import type { Attempt, AttemptResult } from '../../../functions/core/run/record.ts';
import {
  attemptResult,
  countIneffective,
  isFreed,
  isSameServer,
  sawRestart,
  toReading,
} from '../../../functions/core/run/verification.ts';
import { identityOf } from '../../../functions/core/server/session.ts';
import { anAttempt, aPolicy, aReading, aSession, aSnapshot, someSessions } from '../../support/builders.ts';
import { scopeText } from '../plan/scenario.ts';

describe('What came of an attempt', () => {
  const [alive, dead, unread] = [new Set(['7 start']), new Set<string>(), null];

  test.each([
    ['signalled', dead, 'terminated'],
    ['signalled', alive, 'still-there'],
    ['signalled', unread, 'unknown'],
    ['no-match', alive, 'changed'],
    ['no-match', dead, 'gone'],
    ['no-match', unread, 'unknown'],
    ['forbidden', alive, 'forbidden'],
    ['forbidden', dead, 'forbidden'],
    ['failed', unread, 'failed'],
    ['unknown', dead, 'gone'],
    ['unknown', alive, 'still-there'],
    ['unknown', unread, 'unknown'],
  ] as const)('%s, then %o: %s', (guard, seen, result) => {
    expect(attemptResult(guard, '7 start', seen)).toBe(result);
  });

  test('E2: a pid that another session has by now does not make the victim alive', () => {
    const victim = aSession({ pid: 7, backendStart: 'then' });
    const reused = new Set([identityOf(aSession({ pid: 7, backendStart: 'now' }))]);
    expect(attemptResult('signalled', identityOf(victim), reused)).toBe('terminated');
    expect(attemptResult('no-match', identityOf(victim), reused)).toBe('gone');
  });

  test('E1, E3: only what lives on, or may not be ended, is made up for', () => {
    const results: Readonly<Record<AttemptResult, number>> = {
      terminated: 0,
      changed: 1,
      gone: 0,
      'still-there': 0,
      forbidden: 1,
      // The signal may have been sent before the statement failed.
      failed: 0,
      unknown: 0,
    };
    for (const [result, count] of Object.entries(results) as [AttemptResult, number][])
      expect(countIneffective([anAttempt(aSession(), { result })])).toBe(count);
    const all = (['terminated', 'forbidden', 'terminated', 'changed'] as const).map((result) => ({ result }));
    expect(countIneffective(all.map((fields) => anAttempt(aSession(), fields)))).toBe(2);
  });
});

describe('A slot that came free', () => {
  test.each([
    ['signalled', 'terminated', true],
    // The answer was lost: it may have been us.
    ['unknown', 'gone', true],
    ['no-match', 'gone', false],
    ['unknown', 'still-there', false],
    ['signalled', 'still-there', false],
    ['unknown', 'unknown', false],
  ] as const)('%s, %s: by us, or perhaps by us: %s', (guard, result, freed) => {
    expect(isFreed({ guard, result })).toBe(freed);
  });
});

describe('Another read is of the same server', () => {
  const clients = someSessions(3, 1);
  const process = aSession({ pid: 50, backendType: 'checkpointer' });
  const first = aSnapshot({ sessions: [process, ...clients] });

  test('while any process lives that was there before', () => {
    expect(isSameServer(first, aSnapshot({ sessions: [process] }))).toBe(true);
    expect(isSameServer(first, aSnapshot({ sessions: clients.slice(2) }))).toBe(true);
  });

  test('not after a restart, even where pids are the same', () => {
    const again = first.sessions.map((session) => ({ ...session, backendStart: 'later' }));
    expect(isSameServer(first, aSnapshot({ sessions: again }))).toBe(false);
    expect(isSameServer(first, aSnapshot({ sessions: [] }))).toBe(false);
  });
});

/** A full server of 60 `leaky` sessions, of which 9 have to go. */
const POLICY = aPolicy({
  relieve: { when: { freeSlots: 1 }, until: { freeSlots: 9 } },
  limits: { maxPercent: 100, keepPerGroup: 0 },
});
const LEAKY = someSessions(60, 1, { application: 'leaky' });
const FULL = aSnapshot({ sessions: LEAKY, slots: { max: 60, superuserReserved: 0 } });
const PLAN = planRemediation(FULL, POLICY, 'alarm');
const VICTIMS = PLAN.victims.map(({ session }) => session);
const REST = LEAKY.filter((session) => !VICTIMS.includes(session));
const ENDED = VICTIMS.map((session) => anAttempt(session));

/** The settled reading when these came while we waited, and the outcome of it. */
function settledWith(came: readonly ReturnType<typeof aSession>[], attempts = ENDED) {
  const later = { ...FULL, sessions: [...REST, ...came] };
  const reading = toReading('settled', 4_000, FULL, later, pressureNow(PLAN.pressure, later, POLICY));
  return { reading, outcome: outcomeOf({ snapshot: FULL, plan: PLAN }, 'alarm', attempts, reading) };
}

describe('How a run ended', () => {
  test('the plan of this table ends nine', () => {
    expect([PLAN.verdict, VICTIMS.length]).toEqual(['sufficient', 9]);
  });

  test('recovered: no newcomer', () => {
    const { reading, outcome } = settledWith([]);
    expect([outcome, reading.gone, reading.came]).toEqual(['recovered', 9, []]);
  });

  test('E5: refilled: nine of nine are re-taken by the group that lost them, though older candidates are left', () => {
    const { reading, outcome } = settledWith(someSessions(9, 1_001, { application: 'leaky' }));
    expect([outcome, retakenSlots(FULL, ENDED, reading)]).toEqual(['refilled', 9]);
  });

  test('E5a: recovered: five waiting clients of another application got in', () => {
    const { reading, outcome } = settledWith(someSessions(5, 1_001, { application: 'waiting' }));
    expect([outcome, retakenSlots(FULL, ENDED, reading), reading.came.length]).toEqual(['recovered', 0, 5]);
  });

  test('recovered though the group came back, as long as there is room', () => {
    const { outcome } = settledWith(someSessions(8, 1_001, { application: 'leaky' }));
    expect(outcome).toBe('recovered');
  });

  test('partial: the server is full again, but by others', () => {
    const others = someSessions(5, 1_001, { application: 'waiting' });
    const { reading, outcome } = settledWith([
      ...others,
      ...someSessions(4, 2_001, { application: 'leaky' }),
    ]);
    expect([outcome, retakenSlots(FULL, ENDED, reading)]).toEqual(['partial', 4]);
  });

  test('refilled: half of the freed slots is enough', () => {
    const eight = ENDED.slice(0, 8);
    const others = someSessions(5, 1_001, { application: 'waiting' });
    const { outcome } = settledWith([...others, ...someSessions(4, 2_001, { application: 'leaky' })], eight);
    expect(outcome).toBe('refilled');
  });

  test('more newcomers than were ended are not re-taken slots', () => {
    const { reading } = settledWith(someSessions(30, 1_001, { application: 'leaky' }));
    expect(retakenSlots(FULL, ENDED, reading)).toBe(9);
  });

  test('only ended sessions can be re-taken', () => {
    const { reading } = settledWith(someSessions(9, 1_001, { application: 'leaky' }));
    const attempts = VICTIMS.map((session, index) =>
      anAttempt(session, { result: index < 3 ? 'terminated' : 'changed' }),
    );
    expect(retakenSlots(FULL, attempts, reading)).toBe(3);
  });

  test("an application's parallel workers take no slot and re-take none", () => {
    const workers = someSessions(9, 1_001, { application: 'leaky', backendType: 'parallel worker' });
    const { reading } = settledWith([...workers, ...someSessions(9, 2_001, { application: 'waiting' })]);
    expect(retakenSlots(FULL, ENDED, reading)).toBe(0);
  });

  test('slots that came free without an answer are re-taken like others', () => {
    const unanswered = VICTIMS.map((session) => anAttempt(session, { guard: 'unknown', result: 'gone' }));
    const { reading, outcome } = settledWith(someSessions(9, 1_001, { application: 'leaky' }), unanswered);
    expect([outcome, retakenSlots(FULL, unanswered, reading)]).toEqual(['refilled', 9]);
  });

  test('a session of ours that was lost is not among the gone', () => {
    const own = aSession({ pid: 999, application: 'pg-headroom', user: 'headroom' });
    const first = aSnapshot({ server: { ownPid: 999 }, sessions: [...LEAKY, own] });
    expect(toReading('verified', 640, first, { ...first, sessions: REST }, []).gone).toBe(9);
  });

  test('unverified: sessions were ended and the last read failed', () => {
    expect(outcomeOf({ snapshot: FULL, plan: PLAN }, 'alarm', ENDED, null)).toBe('unverified');
  });

  const healthy = planRemediation(aSnapshot(), aPolicy(), 'schedule');
  const nobody = planRemediation(
    { ...FULL, sessions: someSessions(60, 1, { stateAgeMs: 0 }) },
    POLICY,
    'alarm',
  );
  const reaping = planRemediation(
    aSnapshot({ sessions: someSessions(9, 1) }),
    aPolicy({ reap: { minAge: '10m' }, limits: { maxPercent: 100 } }),
    'schedule',
  );

  test('reaped, though the answers about the sessions that are gone were lost', () => {
    const unanswered = reaping.victims.map(({ session }) =>
      anAttempt(session, { guard: 'unknown', result: 'gone' }),
    );
    expect(outcomeOf({ snapshot: aSnapshot(), plan: reaping }, 'schedule', unanswered, aReading())).toBe(
      'reaped',
    );
  });

  test.each([
    ['a healthy sweep', healthy, 'schedule', aReading(), 'healthy'],
    ['a refusal without pressure', healthy, 'alarm', aReading(), 'unexplained'],
    ['nobody to let go', nobody, 'alarm', aReading(), 'no-candidates'],
    ['reaping', reaping, 'schedule', aReading(), 'reaped'],
    ['reaping without a last read', reaping, 'schedule', null, 'unverified'],
  ] as const)('%s', (_, plan, trigger, settled, outcome) => {
    expect(
      outcomeOf(
        { snapshot: FULL, plan },
        trigger,
        plan.victims.map(({ session }) => anAttempt(session)),
        settled,
      ),
    ).toBe(outcome);
  });

  test.each([
    [PLAN, 'alarm', 'recovered'],
    [{ ...PLAN, verdict: 'partial' as const }, 'alarm', 'partial'],
    [nobody, 'alarm', 'no-candidates'],
    [healthy, 'alarm', 'unexplained'],
    [healthy, 'schedule', 'healthy'],
    [healthy, 'manual', 'healthy'],
    [reaping, 'schedule', 'reaped'],
  ] as const)('E6: an observing run expects what a run would end with', (plan, trigger, outcome) => {
    expect(expectedOutcome(plan, trigger)).toBe(outcome);
  });
});

describe('The pressure of a later read', () => {
  const LIM = someSessions(4, 1, { user: 'lim', database: 'd' });
  const first = aSnapshot({ sessions: LIM, slots: { max: 1_000, roles: [{ name: 'lim', limit: 4 }] } });
  const plan = planRemediation(first, POLICY, 'alarm');
  const later = (sessions: typeof LIM) =>
    pressureNow(plan.pressure, { ...first, sessions }, POLICY).map(({ scope, used, free, under, need }) => [
      scopeText(scope),
      used,
      free,
      under,
      need,
    ]);

  test('still shows a limit that is reached', () => {
    expect(later(LIM)[0]).toEqual(['role lim', 4, 0, true, 2]);
  });

  test('keeps a limit in view that is not reached any more', () => {
    expect(later(LIM.slice(0, 1))[0]).toEqual(['role lim', 1, 3, false, 0]);
  });

  test('counts what takes a slot, then as before', () => {
    const others = [
      aSession({ pid: 11, user: 'lim', backendType: 'parallel worker' }),
      aSession({ pid: 12, user: 'lim', backendType: 'walsender' }),
    ];
    expect(later([...LIM.slice(0, 1), ...others])[0]).toEqual(['role lim', 1, 3, false, 0]);
  });
});

describe('that the server restarted or failed over is said', () => {
  const attempts = (...results: readonly (readonly [round: number, result: AttemptResult])[]) =>
    results.map(([round, result], pid) => ({
      pid,
      backendStart: null,
      round,
      guard: 'signalled' as const,
      result,
    }));
  const verified = { phase: 'verified', atMs: 1, pressure: [], came: [], gone: 0 } as const;

  test.each<[string, boolean, readonly Attempt[], number]>([
    ['where a read after the attempts tells nothing of them', true, attempts([1, 'unknown']), 1],
    ['where that is so of a second round', true, attempts([1, 'terminated'], [2, 'unknown']), 2],
    ['not where nothing was read', false, attempts([1, 'unknown']), 0],
    ['not where the read was before a second round', false, attempts([1, 'terminated'], [2, 'unknown']), 1],
    ['not where everything is verified', false, attempts([1, 'terminated']), 2],
    ['not where nobody was told to end', false, [], 1],
  ])('%s', (_, expected, tried, reads) => {
    expect(sawRestart(tried, Array(reads).fill(verified))).toBe(expected);
  });
});

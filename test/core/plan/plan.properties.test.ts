import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../functions/core/plan/plan.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import type { Snapshot } from '../../../functions/core/server/snapshot.ts';
import type { TriggerKind } from '../../../functions/core/trigger/trigger.ts';
import { aPolicy } from '../../support/builders.ts';
import { policies, snapshots, tighten, tightenings, triggers } from './arbitraries.ts';
import {
  barOf,
  clientsOf,
  type FullPolicy,
  fits,
  groupOf,
  mayKeep,
  needsOf,
  onlyRelief,
  orderForServer,
  programOf,
  programsIn,
  reapedBy,
  rungOf,
  spareOf,
  wideOpen,
  without,
} from './oracle.ts';
import { type OracleProgram, regrouped, stemOf } from './oracle-programs.ts';
import { scopeText } from './scenario.ts';

const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 400) };
const planFor = (snapshot: Snapshot, policy: FullPolicy, trigger: TriggerKind) =>
  planRemediation(snapshot, aPolicy(policy), trigger);
const victimsOf = ({ victims }: Plan) => victims.map(({ session }) => session);
const relievedBy = ({ victims }: Plan) =>
  victims.flatMap(({ session, reason }) => (reason.purpose === 'relieve' ? [session] : []));

/** States what holds for every snapshot, policy and trigger. */
function always(
  title: string,
  holds: (snapshot: Snapshot, policy: FullPolicy, trigger: TriggerKind, plan: Plan) => void,
): void {
  test(title, () => {
    fc.assert(
      fc.property(snapshots, policies, triggers, (snapshot, policy, trigger) =>
        holds(snapshot, policy, trigger, planFor(snapshot, policy, trigger)),
      ),
      RUNS,
    );
  });
}

describe('Which sessions are chosen', () => {
  always('only eligible sessions are victims, all others are spared for the first reason', (...given) => {
    const [snapshot, policy, trigger, plan] = given;
    for (const session of victimsOf(plan)) expect(barOf(session, snapshot, policy, trigger)).toBeNull();
    for (const { session, reason } of plan.spared) {
      const bar = barOf(session, snapshot, policy, trigger);
      expect(bar === null ? ['kept', 'limit', 'not-needed'] : [bar]).toContain(reason);
    }
  });

  always('every session is a victim or spared, and only once', (snapshot, _policy, _trigger, plan) => {
    const accounted = [...victimsOf(plan), ...plan.spared.map(({ session }) => session)];
    expect(accounted).toHaveLength(snapshot.sessions.length);
    expect(new Set(accounted)).toEqual(new Set(snapshot.sessions));
  });

  always('no victim is busy, foreign, ours, hidden, or a superuser', (snapshot, _policy, _trigger, plan) => {
    for (const { backendType, state, superuser, pid } of victimsOf(plan)) {
      expect(backendType).toBe('client backend');
      expect(state).toMatch(/^idle( in transaction( \(aborted\))?)?$/);
      expect(superuser).toBe(false);
      expect(pid).not.toBe(snapshot.server.ownPid);
    }
  });

  always('each victim tells the rung that took it, and reap is for the schedule', (...given) => {
    const [snapshot, policy, trigger, plan] = given;
    for (const { session, reason } of plan.victims) {
      if (reason.purpose === 'relieve') expect(reason.rung).toBe(rungOf(session, policy.relieve.ladder) + 1);
      else expect([trigger, session.state, reason.minAgeMs]).toEqual(reapedBy(session, policy, snapshot));
      expect(reason.ageMs).toBe(session.stateAgeMs);
      expect(reason.ageMs).toBeGreaterThanOrEqual(reason.minAgeMs);
    }
  });

  always('the order of the sessions does not matter, nor do observe and enforce', (...given) => {
    const [snapshot, policy, trigger, plan] = given;
    const turned = { ...snapshot, sessions: snapshot.sessions.toReversed() };
    const interleaved = snapshot.sessions.toSorted((a, b) => ((a.pid ?? 0) % 5) - ((b.pid ?? 0) % 5));
    expect(planFor(turned, { ...policy, mode: 'enforce' }, trigger)).toEqual(plan);
    expect(planFor({ ...snapshot, sessions: interleaved }, { ...policy, mode: 'observe' }, trigger)).toEqual(
      plan,
    );
  });
});

describe('How many are chosen', () => {
  always("scopes in need and their needs are the specification's", (snapshot, policy, trigger, plan) => {
    expect(plan.problem === null).toBe(fits(snapshot, policy));
    if (plan.problem !== null) {
      expect(victimsOf(plan)).toEqual([]);
      return;
    }
    const planned = plan.pressure.filter(({ under }) => under);
    const needs = needsOf(snapshot, policy, trigger);
    expect(new Map(planned.map(({ scope, need }) => [scopeText(scope), need]))).toEqual(
      new Map(needs.map(({ name, need }) => [name, need])),
    );
  });

  always('no limit is exceeded, and what a limit cut is named', (snapshot, policy, _trigger, plan) => {
    const { maxVictims, maxPercent } = policy.limits;
    const allowed = Math.min(maxVictims, Math.floor((maxPercent * clientsOf(snapshot).length) / 100));
    expect(plan.victims.length).toBeLessThanOrEqual(allowed);
    const cut = plan.spared.filter(({ reason }) => reason === 'limit').length;
    expect(plan.limits.length > 0).toBe(cut > 0);
    if (cut > 0) expect(plan.victims.length).toBe(allowed);
    for (const { wanted } of plan.limits) expect(wanted).toBe(plan.victims.length + cut);
  });

  always('each program keeps its keep, but for what a role has too much of', (...given) => {
    const [snapshot, policy, , plan] = given;
    const ended = (isReleased: boolean) =>
      plan.victims
        .filter(({ reason }) => (reason.released ?? false) === isReleased)
        .map(({ session }) => session);
    const programs = programsIn(snapshot);
    for (const session of ended(false))
      expect(spareOf(ended(false), policy, programOf(programs, session))).toBeGreaterThanOrEqual(0);
    const { ladder } = policy.relieve;
    for (const session of ended(true)) {
      const role = stemOf(session.user);
      const isKept = ({ reason }: Plan['spared'][number]) => ['kept', 'limit', 'not-needed'].includes(reason);
      const kept = plan.spared.filter(
        (each) => isKept(each) && rungOf(each.session, ladder) >= 0 && stemOf(each.session.user) === role,
      );
      expect(kept.length).toBeGreaterThanOrEqual(mayKeep(snapshot, policy, role));
    }
  });

  always('never one more: without any one relieve victim some need stays unmet', (...given) => {
    const [snapshot, policy, trigger, plan] = given;
    const relieved = relievedBy(plan);
    const tight = needsOf(snapshot, policy, trigger).filter(
      ({ need, has }) => relieved.filter(has).length <= need,
    );
    for (const session of relieved) expect(tight.some(({ has }) => has(session))).toBe(true);
  });

  always('no rung is used for a need that the rungs before it could meet', (...given) => {
    const [snapshot, policy, trigger, plan] = given;
    const { ladder } = policy.relieve;
    const eligible = snapshot.sessions.filter((each) => barOf(each, snapshot, policy, trigger) === null);
    for (const session of relievedBy(plan)) {
      const earlier = eligible.filter((each) => {
        const rung = rungOf(each, ladder);
        return rung >= 0 && rung < rungOf(session, ladder);
      });
      const couldGive = (has: (each: Session) => boolean) =>
        programsIn(snapshot)
          .map((program) => {
            const inScope = earlier.filter((each) => has(each) && program.members.includes(each)).length;
            return Math.max(0, Math.min(inScope, spareOf([], policy, program)));
          })
          .reduce((sum, count) => sum + count, 0);
      const served = needsOf(snapshot, policy, trigger).filter(({ has }) => has(session));
      expect(served.some(({ need, has }) => need > couldGive(has))).toBe(true);
    }
  });

  always(
    'in an application and database the earlier rung goes first, and in a rung the longest idle',
    (...given) => {
      const [snapshot, policy, trigger, plan] = given;
      const { ladder } = policy.relieve;
      const relieved = new Set(relievedBy(plan));
      const rank = (session: Session) => rungOf(session, ladder) * 1e9 - (session.stateAgeMs ?? 0);
      const eligible = snapshot.sessions.filter(
        (each) => barOf(each, snapshot, policy, trigger) === null && rungOf(each, ladder) >= 0,
      );
      for (const session of relieved)
        for (const other of eligible.filter(
          (each) => groupOf(each) === groupOf(session) && !relieved.has(each),
        ))
          expect(rank(session)).toBeLessThanOrEqual(rank(other));
    },
  );

  always('what is missing no session could give: each is chosen, kept or cut', (...given) => {
    const [snapshot, written, trigger] = given;
    const policy = onlyRelief(written);
    const plan = planFor(snapshot, policy, trigger);
    const relieved = relievedBy(plan);
    const unmet = needsOf(snapshot, policy, trigger)
      .map((scope) => ({ ...scope, left: Math.max(0, scope.need - relieved.filter(scope.has).length) }))
      .filter(({ left }) => left > 0);
    const leftOf = (kind: string) =>
      unmet.filter(({ name }) => name.split(' ')[0] === kind).reduce((sum, { left }) => sum + left, 0);
    expect(plan.missing).toBe(Math.max(leftOf('role'), leftOf('database'), leftOf('server')));
    if (plan.limits.length > 0 || plan.problem !== null) return;
    const idle = snapshot.sessions.filter(
      (each) => barOf(each, snapshot, policy, trigger) === null && !relieved.includes(each),
    );
    const all = programsIn(snapshot);
    for (const session of idle.filter((each) => unmet.some(({ has }) => has(each)))) {
      const program = programOf(all, session);
      expect(spareOf(relieved, policy, program)).toBeLessThanOrEqual(0);
      const role = stemOf(session.user);
      const ofRole = idle.filter(({ user }) => stemOf(user) === role);
      const idleOf = ({ members }: OracleProgram) => ofRole.filter((each) => members.includes(each)).length;
      const goOf = (one: OracleProgram) => Math.max(0, spareOf(relieved, policy, one));
      const kept = all.reduce((sum, one) => sum + Math.max(0, idleOf(one) - goOf(one)), 0);
      expect(kept).toBeLessThanOrEqual(mayKeep(snapshot, policy, role));
    }
  });

  always('for the server alone the victims are the expected ones, one by one', (...given) => {
    const [snapshot, written] = given;
    const policy = onlyRelief(wideOpen(written));
    if (!fits(snapshot, policy)) return;
    const plan = planFor(snapshot, policy, 'schedule');
    expect(victimsOf(plan).map(({ pid }) => pid)).toEqual(orderForServer(snapshot, policy, 'schedule'));
  });
});

describe('What the verdict promises', () => {
  always('healthy, sufficient, partial and no-candidates mean what they say', (...given) => {
    const [snapshot, written, trigger] = given;
    const policy = onlyRelief(written);
    const plan = planFor(snapshot, policy, trigger);
    const pressed = needsOf(snapshot, policy, trigger).length > 0;
    const expected = () => {
      if (!fits(snapshot, policy)) return 'no-candidates';
      if (!pressed) return 'healthy';
      if (plan.missing === 0) return 'sufficient';
      return plan.victims.length > 0 ? 'partial' : 'no-candidates';
    };
    expect(plan.verdict).toBe(expected());
    if (plan.verdict === 'healthy') expect(plan.victims).toEqual([]);
  });

  always('with wide limits, only programs that became one give more after a need was met', (...given) => {
    const [snapshot, written, trigger] = given;
    const policy = wideOpen(written);
    const first = planFor(snapshot, policy, trigger);
    if (first.missing > 0 && policy.limits.keepPerGroup > 0) return; // Its need was not met: there is more to give.
    const left = without(snapshot, victimsOf(first));
    const second = planFor(left, policy, trigger);
    const became = regrouped(programsIn(snapshot), programsIn(left));
    expect(victimsOf(second).filter((each) => !became.includes(each))).toEqual([]);
    expect(relievedBy(second)).toEqual([]);
    // What is missing may leave the server between `until` and `when`, which is no pressure any more.
    const isWell = first.missing === 0 && fits(snapshot, policy);
    expect(isWell ? ['healthy'] : ['healthy', 'no-candidates']).toContain(second.verdict);
  });

  always(
    'without a keep, a run cut by a limit, repeated, ends as many as one without the limit',
    (...given) => {
      const [snapshot, { relieve, ...written }] = given;
      // With `until` apart from `when` a part of the need may do: then the next run finds no pressure.
      const thresholds = { when: { freeSlots: 4 }, until: { freeSlots: 4 } };
      // With one, those that are left of many names may be another program the next time.
      const limits = { ...written.limits, keepPerGroup: 0 };
      const open = onlyRelief(wideOpen({ ...written, limits, relieve: { ...relieve, ...thresholds } }));
      const cut = { ...open, limits: { ...open.limits, maxVictims: 3 } };
      let [left, ended] = [snapshot, 0];
      for (;;) {
        const { victims } = planFor(left, cut, 'schedule');
        if (victims.length === 0) break;
        ended += victims.length;
        left = without(
          left,
          victims.map(({ session }) => session),
        );
      }
      expect(ended).toBe(planFor(snapshot, open, 'schedule').victims.length);
    },
  );

  test('a tightened policy ends no session that it protects, and in one scope not more than before', () => {
    const given = [snapshots, policies, triggers, tightenings] as const;
    fc.assert(
      fc.property(...given, (snapshot, policy, trigger, by) => {
        const tight = tighten(policy, by);
        const plan = planFor(snapshot, tight, trigger);
        for (const session of victimsOf(plan)) {
          expect(barOf(session, snapshot, tight, trigger)).toBeNull();
          expect(barOf(session, snapshot, policy, trigger)).toBeNull();
        }
        const alone = (which: FullPolicy) => planFor(snapshot, onlyRelief(which), 'schedule').victims.length;
        expect(alone(tight)).toBeLessThanOrEqual(alone(policy));
      }),
      RUNS,
    );
  });
});

import { describe, expect, test } from 'vitest';
import { culpritEvidence } from '../../../functions/core/diagnosis/culprit-evidence.ts';
import { clockTime, serverBehindMs } from '../../../functions/render/page/clock.ts';
import { beganAt, momentsOf } from '../../../functions/render/page/timeline.ts';
import { INCIDENTS } from '../../support/incidents.ts';
import { factsOfPage, RECORDED, recorded } from '../../support/page-facts.ts';
import { renderPage } from '../../support/render-page.ts';

describe('since when, by the clock', () => {
  test.each([
    ['connection-leak-half-used', 'opened'],
    ['slow-queries-api-without-index', 'started'],
    ['idle-in-transaction-orm', 'transaction'],
    ['lock-pile-up-behind-a-migration', 'transaction'],
    ['reconnect-storm-nameless-pods', 'refused'],
  ])('%s shows it by what was %s first', (name, sign) => {
    const facts = factsOfPage(recorded(name));
    const began = beganAt(facts);
    expect(began?.sign).toBe(sign);
    expect(began?.atMs).toBeLessThanOrEqual(Date.parse(facts.record.startedAt) + 1_000);
    expect(began?.atMs).toBeGreaterThan(Date.parse(facts.record.startedAt) - 24 * 3_600_000);
  });

  test('it is the moment of which the mail speaks', () => {
    for (const facts of RECORDED.values()) {
      const [culprit] = facts.diagnosis?.culprits ?? [];
      const { snapshot } = facts.record;
      const since = culprit && snapshot ? culpritEvidence(snapshot, culprit).since : null;
      if (since !== null) expect(beganAt(facts)?.atMs).toBe(since + serverBehindMs(facts.record));
    }
  });

  test('nothing shows it without a refusal, a culprit or an opening', () => {
    expect(beganAt(factsOfPage(recorded('limit-too-low-a-dozen-teams')))).toBeNull();
  });

  test('an age for which there is no date shows nothing, and the page is drawn', () => {
    const record = recorded('slow-queries-api-without-index');
    const sessions = record.snapshot?.sessions.map((session) => ({
      ...session,
      ...(session.queryAgeMs !== null && { queryAgeMs: Number.MAX_SAFE_INTEGER }),
    }));
    const snapshot = record.snapshot && { ...record.snapshot, sessions: sessions ?? [] };
    const run = { ...record, snapshot };
    expect(beganAt(factsOfPage(run))).toBeNull();
    expect(renderPage({ ...run, reduced: [] })).toContain('slow queries');
  });
});

describe('the timeline', () => {
  test('goes from the first session of a leak to the forecast', () => {
    const moments = momentsOf(factsOfPage(INCIDENTS.recovered()));
    expect(moments.map(({ atMs, text }) => `${clockTime(atMs, atMs)} ${text}`)).toEqual([
      '01:04:43 first of these sessions opened',
      '03:15:42 the alarm goes off',
      '03:15:43 this run looks: all 57 slots used',
      '03:15:43 10 sessions ended',
      '03:15:46 looks again: 49 used',
      '03:41:50 full again at this rate, in about 26 minutes',
    ]);
  });

  test('has the opening of the incident when an earlier run opened it', () => {
    const place = {
      incident: { id: 'another-run', openedAt: '2026-11-21T02:44:00.000Z', runs: 4, ended: 21 },
      earlier: [],
      indexUrl: null,
    };
    expect(momentsOf(factsOfPage(INCIDENTS.recovered(), place))).toContainEqual({
      atMs: Date.parse('2026-11-21T02:44:00.000Z'),
      text: 'the incident opens',
      look: 'run',
    });
  });

  test('leaves out an alarm without a valid time, and the page is drawn', () => {
    const record = INCIDENTS.recovered();
    const { trigger } = record;
    if (trigger.kind !== 'alarm') throw new Error('The run of this incident began with an alarm');
    const run = { ...record, trigger: { ...trigger, at: 'damaged' } };
    expect(momentsOf(factsOfPage(run)).map(({ text }) => text)).not.toContain('the alarm goes off');
    expect(renderPage({ ...run, reduced: [] })).toContain('this run looks');
  });

  test('forecasts nothing after a run whose slots were re-taken', () => {
    expect(momentsOf(factsOfPage(INCIDENTS.refilled())).some(({ look }) => look === 'ahead')).toBe(false);
  });

  test('is by our clock when the clock of the server is an hour ahead', () => {
    const run = INCIDENTS.recovered();
    const ahead = { ...run, startedAt: new Date(Date.parse(run.startedAt) - 3_600_000).toISOString() };
    expect(clockTime(momentsOf(factsOfPage(ahead))[0]?.atMs ?? 0, 0)).toContain('00:04:43');
  });

  test('is in order for every recorded incident', () => {
    for (const facts of RECORDED.values()) {
      const times = momentsOf(facts).map(({ atMs }) => atMs);
      expect(times.every(Number.isFinite)).toBe(true);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });
});

import { describe, expect, test } from 'vitest';
import type { Growth } from '../../functions/core/diagnosis/who-grows.ts';
import { earlyWarning } from '../../functions/core/incident/note-warning.ts';
import { headOf } from '../../functions/core/run/run-head.ts';
import type { Sign } from '../../functions/core/warning/warning-signs.ts';
import { renderEarlyWarning } from '../../functions/render/message/early-warning.ts';
import { recordOf } from '../support/records.ts';

const TIER: Sign = { kind: 'tier', percent: 75 };
const PROGRAM = {
  group: { application: 'billing-worker', user: 'billing', database: 'shop' },
  sessions: 36,
  opened: 30,
  steady: null,
};
const growth = (policy: Partial<Growth['policy']> = {}, program: Growth['program'] = PROGRAM): Growth => ({
  program,
  policy: { mode: 'enforce', pressureFrom: 52, couldEnd: 9, ...policy },
});
const message = (sign: Sign, grows: Growth | null) =>
  renderEarlyWarning(
    headOf(recordOf('healthy')),
    { runId: 'run', server: 'orders', mode: 'enforce' },
    { functionName: null, requestId: 'run' },
    earlyWarning(sign, { at: Date.parse('2026-11-21T03:30:00Z'), used: 76, usable: 100 }),
    grows,
  );
const textOf = (...given: Parameters<typeof message>) => message(...given).text.replaceAll(/\s+/g, ' ');

describe('The message before a server is full', () => {
  test.each([
    [75, 'They reached 75 %: more than was counted at this hour in the last three weeks.'],
    [95, 'They reached 95 %: too much for any hour.'],
  ])('says why people are told of %i %%', (percent, reason) => {
    expect(textOf({ kind: 'tier', percent }, null)).toContain(reason);
  });

  test('says what the policy would do, in a chat room too', () => {
    const says =
      'The policy acts from 52 used slots on. It would end at most 9 of the sessions that are here now.';
    const { text, chat } = message(TIER, growth());
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`AT PRESSURE: ${says}`);
    expect(chat.content.description).toContain(`*At pressure:* ${says}`);
    expect(text).not.toContain('by hand');
  });

  test.each([
    [{ couldEnd: 0 }, 'It would end none of the sessions that are here now.'],
    [
      { mode: 'observe' },
      'It only observes: it would choose at most 9 of the sessions that are here now, and ends none.',
    ],
  ] as const)('sends people to act by hand where the policy is %j', (policy, says) => {
    for (const program of [PROGRAM, null]) {
      const text = textOf(TIER, growth(policy, program));
      expect(text).toContain(says);
      expect(text).toContain('The policy will free no slot: end sessions by hand before the server is full');
    }
  });

  test('names no program where none opened many sessions, or the run did not look', () => {
    expect(textOf(TIER, growth({}, null))).toContain('No program opened more than a few of its sessions');
    expect(textOf(TIER, null)).toContain('This run counted the slots and did not read the sessions.');
  });
});

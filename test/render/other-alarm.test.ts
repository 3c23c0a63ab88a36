import { describe, expect, test } from 'vitest';
import { isAboutRefusals } from '../../functions/core/trigger/alarm-reading.ts';
import type { AlarmTrigger } from '../../functions/core/trigger/trigger.ts';
import { parseTrigger } from '../../functions/events/parse-trigger.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { anAlarm, aSnapshot, someSessions } from '../support/builders.ts';
import { recordedEvent } from '../support/events.ts';
import { ENFORCE, runOf } from '../support/records.ts';

const reasonOf = (seen: string) =>
  `Threshold Crossed: 1 out of the last 1 datapoints ${seen} (minimum 1 datapoint for OK -> ALARM transition).`;
const HIGH = reasonOf('[82.0 (21/11/26 03:14:00)] was greater than the threshold (80.0)');

function messageFor(fields: Partial<AlarmTrigger>) {
  const snapshot = aSnapshot({ sessions: someSessions(82, 1_000) });
  const record = runOf({ snapshot, trigger: anAlarm(fields), policy: ENFORCE });
  return {
    subject: renderIncident(record).subject,
    text: fullTextOf(record),
    mail: renderIncident(record).text,
  };
}

describe('An alarm on something else than refusals', () => {
  const { subject, text, mail } = messageFor({
    alarm: 'orders-db-connections-high',
    metric: 'DatabaseConnections',
    reason: HIGH,
  });

  test('is reported as what it says, and no client as refused', () => {
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'unexplained. Alarm orders-db-connections-high went off (DatabaseConnections 82 > 80), but nothing here is under pressure. 82 of 97 slots used.',
    );
    expect(text.replaceAll(/\s+/g, ' ')).toContain('UTC: DatabaseConnections 82 > 80.');
    expect(mail).toContain(
      'orders has room, although alarm orders-db-connections-high went off (DatabaseConnections 82 > 80): 82 of 97 slots used.',
    );
    expect(`${subject}\n${mail}\n${text}`).not.toMatch(/clients (were )?refused|The refusal/i);
    expect(subject).toBe(
      '[warning] orders alarm, now 82/97: DatabaseConnections 82 > 80, alarm orders-db-connections-high',
    );
  });

  test.each([
    ['with its metric', { metric: 'DatabaseConnections' }],
    ['in a record from before it was kept', {}],
  ])('is no alarm on refusals by a name such as too many connections, %s', (_, fields) => {
    const named = messageFor({ alarm: 'orders-too-many-connections', reason: HIGH, ...fields });
    expect(named.subject).toContain('82 > 80, alarm orders-too-many-connections');
    expect(`${named.subject}\n${named.mail}\n${named.text}`).not.toMatch(
      /clients (were )?refused|The refusal/i,
    );
  });

  test('is advised to go off when the policy has something to do', () => {
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      "The alarm goes off (DatabaseConnections 82 > 80) before the policy acts (from 95 % used). Raise the alarm's threshold, or lower relieve.when.",
    );
  });

  test('is known in records from before its metric was kept, by its name and its threshold', () => {
    const old = messageFor({ alarm: 'orders-db-connections-high', reason: HIGH });
    expect(old.text.replaceAll(/\s+/g, ' ')).toContain('Alarm orders-db-connections-high went off (82 > 80)');
  });

  test.each([
    ['[3.0 (21/11/26 03:14:00)] was less than or equal to the threshold (5.0)', '3 <= 5'],
    ['[3.0 (21/11/26 03:14:00), 9.0 (21/11/26 03:13:00)] were less than the threshold (5.5)', '3 < 5.5'],
    ['[96.2 (21/11/26 03:14:00)] was greater than or equal to the threshold (95.0)', '96.2 >= 95'],
    ['[96.2 (99/99/26 03:14:00)] was greater than the threshold (95.0)', 'went off (FreeSlots)'],
  ])('%s: %s', (seen, told) => {
    expect(messageFor({ alarm: 'a', metric: 'FreeSlots', reason: reasonOf(seen) }).text).toContain(told);
  });
});

describe('An alarm on refusals', () => {
  test.each([
    'metric-alarm',
    'set-alarm-state',
    'log-alarm',
    'composite-alarm',
    'sns-metric-alarm',
    'eventbridge-metric-alarm',
    'sns-log-alarm',
  ])('is one as %s', (name) => {
    const trigger = parseTrigger(recordedEvent(name));
    expect(trigger.kind === 'alarm' && isAboutRefusals(trigger)).toBe(true);
  });

  test.each(['metric-math-alarm', 'sns-metric-math-alarm', 'metrics-insights-alarm-contributor'])(
    'is none as %s',
    (name) => {
      const trigger = parseTrigger(recordedEvent(name));
      expect(trigger.kind === 'alarm' && !isAboutRefusals(trigger)).toBe(true);
    },
  );

  test('stays told as one', () => {
    expect(messageFor({}).text).toContain('Clients were refused');
    expect(messageFor({}).mail).toContain(' refused clients, and has room now');
  });
});

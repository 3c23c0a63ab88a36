import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { isReportable } from '../../functions/core/incident/is-reportable.ts';
import { toPackedRecord as pack } from '../../functions/core/run/codec/pack-record.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { OUTCOMES } from '../../functions/core/run/outcome.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Destination } from '../../functions/events/parse-destination.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { report } from '../../functions/report/report.ts';
import { KILLED_RUN, UNCONFIGURED_RUN } from '../support/failed-runs.ts';
import { INCIDENTS, OBSERVED } from '../support/incidents.ts';
import { identified, toPeople } from '../support/published.ts';
import { recordOf } from '../support/records.ts';
import { workHere } from '../support/report-work.ts';

const INVOCATION = { functionName: 'pg-headroom-orders', requestId: 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2' };
/** Records and metrics have tests of their own. */
const UNUSED = {
  work: workHere,
  memory: null,
  keep: null,
  count: () => {},
  now: Date.now,
  sleep: async () => {},
};
const QUIET = ['healthy', 'busy', 'muted', 'stale', 'off'];

/** As it arrives: through JSON, like every payload. */
function delivered(payload: unknown): Destination {
  return { kind: 'record', ...INVOCATION, payload: JSON.parse(JSON.stringify(payload)) };
}

async function reported(destination: Destination) {
  const messages: Message[] = [];
  const lines: string[] = [];
  await report(destination, {
    ...UNUSED,
    publish: toPeople(async (message) => {
      messages.push(message);
    }),
    log: (event) => {
      lines.push(event);
    },
  });
  return { messages, lines };
}

describe('report', () => {
  test.each([...Object.entries(INCIDENTS), ...Object.entries(OBSERVED)])(
    'the record of %s arrives as it was rendered from the run, or not at all',
    async (_, incident) => {
      const record: RunRecord = incident();
      const { messages, lines } = await reported(delivered(packRecord(record)));
      const isQuiet = !isReportable(record);
      expect(messages).toEqual(isQuiet ? [] : [identified(renderIncident(record), 'run')]);
      expect(lines).toEqual(['run', isQuiet ? 'not-told' : 'told']);
    },
  );

  test('an outcome is told unless there was nothing to find or to do', () => {
    const swept = { kind: 'schedule', at: null, id: null } as const;
    expect(OUTCOMES.filter((outcome) => !isReportable({ outcome, trigger: swept }))).toEqual(QUIET);
  });

  test('a refusal that found another run busy is reported, because no run may have looked into it', () => {
    const manual = { kind: 'manual', at: null } as const;
    expect(isReportable({ outcome: 'busy', trigger: manual })).toBe(true);
  });

  test('a failed run is told, with the alarm that it was for', async () => {
    const alarm = {
      source: 'aws.cloudwatch',
      alarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:refusals',
      alarmData: {
        alarmName: 'refusals',
        state: { value: 'ALARM', reason: '', timestamp: '2026-11-21T03:15:42.512+0000' },
      },
    };
    const { messages } = await reported({ ...KILLED_RUN, payload: alarm });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      subject: '[critical] orders run FAILED: what it did is not known, time limit',
      text: expect.stringContaining('Alarm refusals, 2026-11-21 03:15:42 UTC'),
      attributes: { severity: 'critical', outcome: 'failed', server: 'orders', mode: 'unknown' },
    });
  });

  test('a run that could not begin is told with all that is wrong', async () => {
    const { messages } = await reported(UNCONFIGURED_RUN);
    expect(messages[0]?.subject).toBe(
      '[critical] orders run FAILED: nothing ended, its configuration is not valid',
    );
    expect(messages[0]?.text).toContain('HEADROOM_POLICY relieve.when.usedPercent: found 140');
  });

  test('a run without a known function is told all the same', async () => {
    const { messages } = await reported({ ...KILLED_RUN, functionName: null });
    expect(messages[0]?.attributes.server).toBe('unknown');
    expect(messages[0]?.subject).toMatch(/^\[critical\] unknown server run FAILED: /);
  });

  test('an expired event is only logged', async () => {
    expect(await reported({ kind: 'expired', ...INVOCATION })).toEqual({ messages: [], lines: ['not-told'] });
  });

  test('a record that cannot be read costs no message', async () => {
    const result = { ...packRecord(INCIDENTS.partial()), packed: 'AAAA' };
    const { messages, lines } = await reported(delivered(result));
    expect(lines).toEqual(['left-out', 'told']);
    expect(messages[0]).toMatchObject({
      subject: '[critical] orders partial 56/57: 6 sessions ended, short message',
      text: expect.stringContaining('The record of this run could not be read.'),
      attributes: { severity: 'critical', outcome: 'partial', server: 'orders', mode: 'enforce' },
    });
  });

  test('a record that cannot be read, of a remediate that left no head beside it, costs no message either', async () => {
    const { head: _, ...result } = { ...packRecord(INCIDENTS.partial()), packed: 'AAAA' };
    const { messages, lines } = await reported(delivered(result));
    expect(lines).toEqual(['left-out', 'told']);
    expect(messages[0]).toMatchObject({
      subject: '[critical] orders record UNREADABLE: a run ended, its outcome is "partial"',
      attributes: { severity: 'critical', outcome: 'partial', server: 'orders', mode: 'enforce' },
    });
  });

  test.each([null, 'text', 7, {}, { pgHeadroom: 2, server: '', outcome: 'fine', mode: 'loud' }])(
    'a payload of %j yields a message with the server of its function',
    async (payload) => {
      const { messages } = await reported(delivered(payload));
      expect(messages[0]?.subject).toBe(
        '[critical] orders record UNREADABLE: a run ended, its outcome is not known',
      );
      expect(messages[0]?.attributes).toMatchObject({
        severity: 'critical',
        outcome: 'failed',
        mode: 'unknown',
      });
    },
  );

  test('a record that unpacks but is not whole is unreadable too', async () => {
    const whole = recordOf('recovered');
    const packed = gzipSync(JSON.stringify({ ...pack(whole), timings: null })).toString('base64');
    const { messages, lines } = await reported(delivered({ ...packRecord(whole), packed }));
    expect(lines).toEqual(['left-out', 'told']);
    expect(messages).toHaveLength(1);
  });

  test('publishing that fails is rethrown, so that Lambda delivers again', async () => {
    const failed = new RemediationError('publish-failed', 'The message was not published.');
    const lines: string[] = [];
    const telling = report(KILLED_RUN, {
      ...UNUSED,
      publish: toPeople(() => Promise.reject(failed)),
      log: (event) => lines.push(event),
    });
    await expect(telling).rejects.toBe(failed);
    expect(lines).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { REPORT_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { FOR_THE_MESSAGE } from '../../functions/report/allowance.ts';
import type { MemoryStore, Publish, ReportPorts } from '../../functions/report/report-ports.ts';
import { virtualTime } from '../simulation/virtual-time.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { noIndex, PAGE_URL } from '../support/report-steps.ts';
import { deliverAs } from '../support/reported.ts';

/**
 * A report whose services take requests and never answer, on a clock that passes only while it waits. Each call is given up
 * when its client gives it up.
 */
const GIVEN_UP_MS = { s3: 5_000, memory: 5_000, topic: 9_000, receiver: 13_000 } as const;
/** The last second is the handler's own: it says then that it did not end in its time. */
const MOST_MS = (REPORT_TIMEOUT_SECONDS - 1) * 1_000;

/** Delivers a run to a report in which these services hang, and all others answer at once. */
async function reported(hanging: readonly (keyof typeof GIVEN_UP_MS)[]) {
  const startedAt = Date.parse('2026-11-21T03:15:00.000Z');
  const time = virtualTime(startedAt);
  const done: string[] = [];
  const doneAfterMs: Record<string, number> = {};
  const noteDone = (what: string) => {
    done.push(what);
    doneAfterMs[what] = time.now() - startedAt;
  };
  const ask = async (service: keyof typeof GIVEN_UP_MS, what: string) => {
    if (hanging.includes(service)) {
      await time.sleep(GIVEN_UP_MS[service]);
      throw new Error(`${service} does not answer`);
    }
    noteDone(what);
  };
  const to =
    (service: 'topic' | 'receiver', what: string): Publish =>
    async () => {
      await ask(service, what);
      return undefined;
    };
  const ports: Partial<ReportPorts> = {
    // A page is drawn by code that is loaded from disk, for which a virtual clock does not wait.
    keep: hanging.includes('s3')
      ? { urlOf: async () => PAGE_URL, put: (_, as) => ask('s3', as), index: noIndex() }
      : null,
    memory: {
      read: (async () => {
        await ask('memory', 'memory');
        throw new Error('unreadable');
      }) as MemoryStore['read'],
      write: async () => true,
    },
    publish: {
      people: to('topic', 'people'),
      chat: to('topic', 'chat'),
      pagerDuty: to('receiver', 'pager'),
      webhook: to('receiver', 'webhook'),
    },
    now: time.now,
    sleep: time.sleep,
    log: noteDone,
  };
  const record = INCIDENTS.partial();
  const payload: unknown = JSON.parse(JSON.stringify(packRecord(record)));
  const destination = {
    ...({ kind: 'record', functionName: 'pg-headroom-orders' } as const),
    ...{ requestId: record.runId, payload },
  };
  let tookMs = Number.POSITIVE_INFINITY;
  let error: unknown = null;
  void deliverAs(destination, startedAt, ports)
    .catch((thrown: unknown) => {
      error = thrown;
    })
    .finally(() => {
      tookMs = time.now() - startedAt;
    });
  await time.runUntil(startedAt + 60_000);
  return { tookMs, error, done, doneAfterMs };
}

describe('A report ends by itself within its time, and says what failed, where', () => {
  test('every service hangs', async () => {
    const { tookMs, error } = await reported(['s3', 'memory', 'topic', 'receiver']);
    expect(tookMs).toBeLessThan(MOST_MS);
    expect(error).toEqual(new Error('topic does not answer'));
  });

  test('only the topics answer: people and rooms are told', async () => {
    const { tookMs, done } = await reported(['s3', 'memory', 'receiver']);
    expect(tookMs).toBeLessThan(MOST_MS);
    expect(done).toEqual(
      expect.arrayContaining(['record-not-kept', 'memory-trouble', 'people', 'chat', 'told']),
    );
  });

  test('S3 and the memory hang: neither waits for the other, so the message keeps most of its time', async () => {
    const { doneAfterMs } = await reported(['s3', 'memory']);
    expect(doneAfterMs.people).toBeLessThan(FOR_THE_MESSAGE.wallMs / 2);
  });

  test('the topics hang: the receivers are told all the same, without waiting for them', async () => {
    const { tookMs, done } = await reported(['topic']);
    expect(tookMs).toBe(GIVEN_UP_MS.topic);
    expect(done).toEqual(expect.arrayContaining(['pager', 'webhook']));
  });
});

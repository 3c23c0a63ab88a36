import { expect, test } from 'vitest';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { followIncident } from '../../functions/core/incident/follow-incident.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { REDUCTIONS } from '../../functions/core/run/codec/reduce-record.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import type { Reduction, RunRecord } from '../../functions/core/run/record.ts';
import { headOf } from '../../functions/core/run/run-head.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { renderMemory } from '../../functions/render/terminal/render-memory.ts';
import { metricsOf } from '../../functions/report/run-metrics.ts';
import { aHiddenSession, aPolicy, aSession, HOUR } from '../support/builders.ts';
import { runOf, sessionsOf, snapshotOf } from '../support/records.ts';
import { renderPage } from '../support/render-page.ts';
import { summaryOf } from '../support/summary-of.ts';

const leak = (count: number, firstPid: number) =>
  sessionsOf([{ count, application: 'leaky', user: 'leaky', fromAgeMs: 2 * HOUR, toAgeMs: HOUR }], firstPid);

/**
 * Of ten freed slots the program that lost them took five again: half of them, so that the outcome is `refilled`. The other
 * newcomers must not count: two under the program's own names that our role may not see, and a session of our own.
 */
const RUN = runOf({
  snapshot: snapshotOf(leak(57, 4_200)),
  policy: aPolicy({
    mode: 'enforce',
    relieve: { when: { freeSlots: 5 }, until: { freeSlots: 10 } },
    limits: { maxPercent: 100 },
  }),
  came: [
    ...leak(5, 90_000),
    aHiddenSession({ pid: 91_000, application: 'leaky', user: 'leaky' }),
    aHiddenSession({ pid: 91_001, application: 'leaky', user: 'leaky' }),
    aSession({ pid: 91_002, application: 'pg-headroom', user: 'headroom' }),
  ],
});

/** Every place where people or alarms read the number, as it is said there. */
function placesOf(record: RunRecord, reduced: readonly Reduction[]) {
  const { memory } = followIncident(
    NOTHING_REMEMBERED,
    summaryOf(explain(record, reduced)),
    Date.parse(record.startedAt),
  );
  const message = renderIncident(record, reduced);
  const page = renderPage({ ...record, reduced });
  const terminal = renderMemory(record.server, { ...memory, version: 1 }, 0);
  const said = /(\d+) of 10 freed slots (?:(?:was|were) )?(?:re-taken|taken again)/g;
  return {
    head: headOf(record).retaken,
    memory: memory.runs.at(-1)?.retaken,
    metric: metricsOf(record).find(({ name }) => name === 'retaken')?.value,
    subject: /(\d+) of 10 taken again/.exec(message.subject)?.[1],
    text: new Set(
      [...`${message.text}${fullTextOf(record, reduced)}`.matchAll(said)].map(([, count]) => count),
    ),
    chat: new Set([...JSON.stringify(message.chat).matchAll(said)].map(([, count]) => count)),
    page: new Set([...page.matchAll(said)].map(([, count]) => count)),
    terminal: / refilled +\d+ +10 +(\d+)$/m.exec(terminal)?.[1],
  };
}

const FIVE = {
  head: 5,
  memory: 5,
  metric: 5,
  subject: '5',
  text: new Set(['5']),
  chat: new Set(['5']),
  page: new Set(['5']),
  terminal: '5',
};

test('newcomers that our role may not see leave one number of re-taken slots everywhere', () => {
  expect([RUN.outcome, RUN.attempts.length]).toEqual(['refilled', 10]);
  expect(placesOf(RUN, [])).toEqual(FIVE);
});

test('a record that was too large to keep its newcomers tells the same number everywhere', () => {
  const reduce = REDUCTIONS.find(({ name }) => name === 'spared sessions');
  const reduced = reduce?.apply(RUN);
  expect(reduced?.readings.flatMap(({ came }) => came)).toEqual([]);
  expect(placesOf(unpackRecord(packRecord(reduced ?? RUN)), ['spared sessions'])).toEqual(FIVE);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../functions/render/base/message.ts';
import { renderFailure } from '../../functions/render/message/failure.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderOver } from '../../functions/render/message/over.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { aLogLines, aPolicy, aRefused, HOUR } from '../support/builders.ts';
import { expectInert } from '../support/chat-room.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { HOSTILE, runNamed } from '../support/hostile.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { ALARM, idleRun, runOf, sessionsOf, snapshotOf } from '../support/records.ts';
import { STORIES } from '../support/stories.ts';

/** What a reader does not see, or sees where it is not. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}]/u;

function expectHarmless({ subject, text, chat, attributes }: Message): void {
  expectInert(chat);
  expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  for (const line of text.split('\n')) {
    expect(line).not.toMatch(UNSEEN);
    expect(line).not.toMatch(RIGHT_TO_LEFT);
    expect(line).not.toContain('://');
  }
  expect(Buffer.byteLength(text)).toBeLessThan(40_000);
  for (const value of Object.values(attributes)) {
    expect(value).not.toBe('');
    expect(value.length).toBeLessThanOrEqual(64);
    expect(value).not.toMatch(UNSEEN);
  }
}

/** Titles of sections are what a forged line would look like. */
const TITLE = /^(?:WHY(?: \([a-z ]+\))?|DONE|NOT DONE \([a-z ]+\)|NOW|[A-Z]{3,} (?:OF|RECORD).*)(?=:|$)/;
const titlesIn = (text: string) => text.split('\n').flatMap((line) => TITLE.exec(line)?.[0] ?? []);

describe('names that clients choose', () => {
  test.each(Object.entries(HOSTILE))('%s are harmless wherever they stand', (_, name) => {
    for (const mode of ['enforce', 'observe'] as const) {
      const message = renderIncident(runNamed(name, mode));
      expectHarmless(message);
      expectHarmless({ ...message, text: fullTextOf(runNamed(name, mode)) });
      expect(titlesIn(message.text)).toEqual(titlesIn(renderIncident(runNamed('web', mode)).text));
    }
  });

  test.each(Object.entries(HOSTILE))('%s are harmless in what memory tells of an incident', (_, name) => {
    const culprit = { application: name, user: name, database: name };
    const stories = Object.values(STORIES).map((story) => story());
    for (const { record, story } of stories) {
      const told = { ...story, incident: { ...story.incident, id: name, culprit } };
      const over = { ...INCIDENTS.healthy(), server: name };
      expectHarmless(renderIncident(record, [], null, told));
      expectHarmless(renderOver(over, { ...told, kind: 'over' }));
      expectHarmless(renderFailure(KILLED_RUN, null, told));
    }
  });

  test('any name at all is harmless', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(anyText, (name) => {
        expectHarmless(renderIncident(runNamed(name)));
        expectHarmless({ ...renderIncident(runNamed(name)), text: fullTextOf(runNamed(name)) });
      }),
      { numRuns: 100 },
    );
  });

  test('log lines and the reasons for doing nothing are as hostile', () => {
    for (const name of Object.values(HOSTILE)) {
      const who = { user: name, database: name, address: name };
      const refused = (['server', 'role', 'database'] as const).map((kind) => aRefused({ kind, ...who }));
      const trigger = aLogLines({ logGroup: name, logStream: name, refused: [...refused, ...refused] });
      const told = renderIncident({ ...runNamed('web'), trigger });
      expectHarmless(told);
      const plain = renderIncident({ ...runNamed('web'), trigger: aLogLines({ refused }) });
      expect(titlesIn(told.text)).toEqual(titlesIn(plain.text));
      for (const muted of [
        { suppressedBy: name },
        { mutedBy: name },
        { contributor: name, state: 'OK' } as const,
      ])
        expectHarmless(renderIncident(idleRun({ ...ALARM, ...muted })));
      expectHarmless(renderIncident(idleRun({ ...trigger, refused: [], elsewhere: 1 })));
    }
  });

  test('errors of failed runs are as hostile', () => {
    for (const name of Object.values(HOSTILE)) {
      const run = { ...KILLED_RUN, functionName: name, requestId: name, errorType: name, errorMessage: name };
      expectHarmless(renderFailure(run, { ...ALARM, alarm: name }));
    }
  });
});

describe('size', () => {
  const leak = { count: 4_000, application: 'billing-worker', fromAgeMs: 3 * HOUR };
  const manyGroups = Array.from({ length: 1_000 }, (_, at) => ({
    count: 1,
    application: `${'\u{1f418}'.repeat(3_000)} ${at}`,
    user: `tenant_${at}`,
    fromAgeMs: 2 * HOUR,
    addresses: [`10.0.${at % 250}.${at % 199}`],
  }));
  const record = runOf({
    snapshot: snapshotOf(sessionsOf([leak, ...manyGroups]), { max: 5_003 }),
    policy: aPolicy({ mode: 'enforce', limits: { maxVictims: 2_000, keepPerGroup: 0 } }),
  });
  const { text, chat } = renderIncident(record);
  const full = fullTextOf(record);

  test('5,000 sessions stay far below what SNS takes', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(4_000);
    expect(Buffer.byteLength(full)).toBeLessThan(200_000);
  });

  test('and so does all that is published about it, to people and to a room', () => {
    const { subject, attributes } = renderIncident(record);
    const around = Buffer.byteLength(subject + JSON.stringify(attributes));
    for (const body of [text, JSON.stringify(chat)])
      expect(Buffer.byteLength(body) + around).toBeLessThan(256 * 1_024);
  });

  test('and within what a chat room takes', () => {
    expectInert(chat);
    expect(chat.content.description).toContain('4000 of 5000 slots used, all 5000 before');
  });

  test('what is left out of a list is counted', () => {
    expect(full).toMatch(/^ +997 +997 more programs$/m);
    expect(full).toMatch(/^ {2}and 961 more programs with 961 sessions$/m);
    expect(full).toMatch(/^ {2}and 950 more$/m);
  });

  test('the record left out is named with what is missing', () => {
    const reduced = ['statements', 'details', 'spared sessions'] as const;
    const { text: mail, chat: short } = renderIncident(record, reduced);
    for (const each of [mail, short.content.description])
      expect(each).toContain('The record was too large and left out: statements, details, spared sessions.');
    const flat = fullTextOf(record, reduced).replace(/\s+/g, ' ');
    expect(flat).toContain('the record was too large to keep the sessions that were spared');
    expect(flat).toContain('left out, in this order: statements, details, spared sessions.');
    expect(flat).toContain('All 5000 usable slots are taken');
  });
});

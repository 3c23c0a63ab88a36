import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forOperator, sqlPaste } from '../../functions/core/advice/advice.ts';
import { cleanMessage } from '../../functions/core/base/clean-text.ts';
import { OUTCOMES } from '../../functions/core/run/outcome.ts';
import type { ChatNotification } from '../../functions/render/base/message.ts';
import { chatOf } from '../../functions/render/chat/chat.ts';
import { chatCode, chatText } from '../../functions/render/chat/chat-markup.ts';
import { renderFailure } from '../../functions/render/message/failure.ts';
import { renderMisconfigurations } from '../../functions/render/message/misconfigured.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { expectInert, expectInertLine } from '../support/chat-room.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { goldenChat } from '../support/golden.ts';
import { INCIDENTS, logLinesIncident, OBSERVED } from '../support/incidents.ts';
import { ALARM } from '../support/records.ts';
import { misconfiguredBy, sweptWith } from '../support/remembered.ts';
import { STORY_MESSAGES } from '../support/stories.ts';

const RECORD_URL =
  'https://eu-west-1.console.aws.amazon.com/s3/object/pg-headroom-reporting?region=eu-west-1&prefix=records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz';
const MISCONFIGURED = misconfiguredBy({
  role: { notCallable: ['pg_terminate_backend(integer, bigint)'], connectionLimit: null, passwordLeftMs: -1 },
  snapshot: { slots: { reserved: 0, superuserReserved: 0 } },
  grants: { pg_use_reserved_connections: 'missing' },
});
const misconfigured = (found = MISCONFIGURED) => renderMisconfigurations(sweptWith(found), found).chat;

const CHATS: Readonly<Record<string, ChatNotification>> = {
  ...Object.fromEntries(
    Object.entries({ ...INCIDENTS, ...OBSERVED, 'log-lines': logLinesIncident }).map(([name, incident]) => [
      name,
      renderIncident(incident()).chat,
    ]),
  ),
  'kept-record': renderIncident(INCIDENTS.recovered(), [], RECORD_URL).chat,
  'failed-run-killed': renderFailure(KILLED_RUN, ALARM).chat,
  ...Object.fromEntries(Object.entries(STORY_MESSAGES).map(([name, { chat }]) => [name, chat])),
  misconfigured: misconfigured(),
};
const AGREED = [
  ...OUTCOMES,
  'observe-recovered',
  'log-lines',
  'kept-record',
  'failed-run-killed',
  'life-opened-again',
  'life-changed',
  'life-reminder',
  'life-breaker',
  'life-over',
  'misconfigured',
];
function chatOfRun(name: string): ChatNotification {
  const chat = CHATS[name];
  if (chat === undefined) throw new Error(`No notification is named ${name}`);
  return chat;
}

describe('notifications for chat rooms', () => {
  test.each(AGREED)('%s reads as it was agreed by eye', async (name) => {
    const chat = chatOfRun(name);
    expect(chat).toEqual(await goldenChat(name, chat));
  });

  test('every golden file has its notification', async () => {
    const files = await readdir(join(import.meta.dirname, 'golden'));
    const chats = files.filter((file) => file.endsWith('.chat.json'));
    expect(chats.toSorted()).toEqual(AGREED.map((name) => `${name}.chat.json`).toSorted());
  });

  test.each(Object.entries(CHATS).filter(([name]) => name !== 'kept-record'))(
    '%s has the documented form, and no room makes anything of it',
    (_, chat) => expectInert(chat),
  );

  test.each(Object.keys(OBSERVED))('%s says in title and first line that it only observed', (name) => {
    const { title, description } = chatOfRun(name).content;
    expect(title).toMatch(/^Critical: orders .*, observed only$/);
    expect(description.split('\n')[0]).toMatch(/ Observed only: nothing was ended\.$/);
  });

  test('the title is the subject that people get, in words', () => {
    expect(renderIncident(INCIDENTS.refilled()).subject).toMatch(
      /^\[critical\] orders filling again 56\/57: /,
    );
    expect(chatOfRun('refilled').content.title).toMatch(/^Critical: orders filling again 56 of 57: /);
  });

  test('a kept record is linked to, in a form that both Slack and Teams make a link of', () => {
    expect(chatOfRun('kept-record').content.description.split('\n').at(-1)).toBe(
      `*Its record:* ${RECORD_URL}`,
    );
  });
});

describe('a thread', () => {
  const threadOf = ({ metadata }: ChatNotification) => metadata.threadId;

  test('has what happens to one server in one day (UTC)', () => {
    const later = { ...INCIDENTS.partial(), startedAt: '2026-11-21T23:59:59.999Z', runId: 'another' };
    expect(threadOf(chatOfRun('recovered'))).toBe('orders-2026-11-21');
    expect(threadOf(renderIncident(later).chat)).toBe('orders-2026-11-21');
    expect(threadOf(chatOfRun('failed-run-killed'))).toBe('orders-2026-11-21');
  });

  test('does not hide another server, another day, or a failure of unknown time', () => {
    const recovered = INCIDENTS.recovered();
    const chats = [
      renderIncident(recovered).chat,
      renderIncident({ ...recovered, server: 'billing' }).chat,
      renderIncident({ ...recovered, startedAt: '2026-11-22T00:00:00.000Z' }).chat,
      renderFailure(KILLED_RUN, null).chat,
      misconfigured(),
    ];
    expect(new Set(chats.map(threadOf)).size).toBe(chats.length);
  });

  test('has each notification under an id of its own, the same each time that it is delivered', () => {
    expect(chatOfRun('recovered').id).toBe(INCIDENTS.recovered().runId);
    expect(chatOfRun('misconfigured').id).toBe(`${INCIDENTS.healthy().runId}-misconfiguration`);
  });
});

describe('the next steps', () => {
  const stepsOf = (steps: Parameters<typeof chatOf>[0]['steps']) =>
    chatOf({
      kind: 'run',
      runId: 'run',
      incident: null,
      at: null,
      subject: 'orders: recovered',
      paragraphs: [{ label: 'What happened', texts: ['It did.'] }],
      steps,
      identity: [],
      recordUrl: null,
      attributes: { server: 'orders' },
    }).content.nextSteps;

  test('have their statements where they fit', () => {
    expect(stepsOf([forOperator('Cap it:', sqlPaste(['ALTER ROLE a;'], ['ALTER ROLE b;']))])).toEqual([
      'Cap it: `ALTER ROLE a; -- undo: ALTER ROLE b;`',
    ]);
  });

  test.each([
    ['statements that are too long', sqlPaste(['x'.repeat(350)])],
    ['statements with a letter that a room would take for something', sqlPaste(['GRANT a TO "<!channel>";'])],
    ['statements behind a comment that would swallow them', sqlPaste(['-- first', 'SELECT 1;'])],
    ['lines that mean something else on one', { language: 'ini', lines: ['[pgbouncer]'] } as const],
  ])('name the message to people instead of %s', (_, paste) => {
    expect(stepsOf([forOperator('Cap it:', paste)])).toEqual([
      'Cap it. What to paste is in the message to people.',
    ]);
  });

  test('are cut between words, within code never', () => {
    const [step = ''] = stepsOf([forOperator('pg_cancel_backend(pid) '.repeat(40))]) ?? [];
    expect(step).toMatch(/^(`pg_cancel_backend\(pid\)` ){13}\.\.\.$/);
  });

  test('beyond the first four are counted, and none is none', () => {
    const steps = Array.from({ length: 7 }, (_, at) => forOperator(`Step ${at}.`));
    expect(stepsOf(steps)).toEqual([
      'Step 0.',
      'Step 1.',
      'Step 2.',
      'Step 3.',
      '3 more in the message to people.',
    ]);
    expect(stepsOf(steps.slice(0, 5))).toHaveLength(5);
    expect(stepsOf([])).toBeUndefined();
  });
});

describe('markup', () => {
  test.each([
    ['10 idle sessions of web ended, 3.7 s', '10 idle sessions of web ended, 3.7 s'],
    ['at 03:15:42 UTC (16+): "healthy".', 'at 03:15:42 UTC (16+): "healthy".'],
    ['set reserved_connections (max_connections 60).', 'set `reserved_connections` (`max_connections` 60).'],
    ['call pg_cancel_backend(pid) first', 'call `pg_cancel_backend(pid)` first'],
    ['<!channel> <@U123> &lt;!here&gt;', '`‹!channel›` `‹＠U123›` `＆lt;!here＆gt`;'],
    ['*bold* _it_ ~no~ `code`', '`*bold*` `_it_` `~no~` `ˋcodeˋ`'],
    [
      '[pay](evil.example) www.evil.example, @here #general',
      '`[pay](evil.example)` `www.evil.example`, `＠here` `#general`',
    ],
    [':skull: 1:100:2 1.1.1.1', '`:skull`: `1:100:2` `1.1.1.1`'],
    ['- a + -5 +1 – 1-2', '`-` a `+` `-5` `+1` – 1-2'],
    ['請求処理 \u{1f418}', '請求処理 `\u{1f418}`'],
  ])('of %j is %j', (text, marked) => {
    expect(chatText(text, 1_000)).toBe(marked);
  });

  const markupText = fc.string({
    unit: fc.constantFrom(...' ()`*_~<>&@#|[]\\/:.!?-+"\'0aé', '://', '<!channel>', ':x:', '\n'),
    maxLength: 80,
  });

  test('of any cleaned text is inert, and loses nothing of it', () => {
    fc.assert(
      fc.property(fc.oneof(markupText, fc.string({ unit: 'binary', maxLength: 80 })), (text) => {
        const cleaned = cleanMessage(text);
        const marked = chatText(`It said ${cleaned}`, Number.POSITIVE_INFINITY);
        expectInertLine(marked);
        const backticks = [...cleaned].filter((character) => character === '`').length;
        expect(marked.split('ˋ').length - 1).toBe(backticks + cleaned.split('ˋ').length - 1);
        const plain = (each: string) =>
          each.replaceAll('`', '').replaceAll('ˋ', '').replace(/\s+/g, ' ').trim();
        const back = marked
          .replaceAll('‹', '<')
          .replaceAll('›', '>')
          .replaceAll('＆', '&')
          .replaceAll('＠', '@');
        const same = cleaned
          .replaceAll('‹', '<')
          .replaceAll('›', '>')
          .replaceAll('＆', '&')
          .replaceAll('＠', '@');
        expect(plain(back)).toBe(plain(`It said ${same}`));
      }),
      { numRuns: 2_000 },
    );
  });

  test('of lines to paste is there only where it can be pasted as it stands', () => {
    fc.assert(
      fc.property(markupText, (text) => {
        const pasted = chatCode([text]);
        expect(pasted).toBe(/[`<>&@\n]/.test(text) ? null : `\`${text}\``);
      }),
    );
  });
});

test('limits hold for any number of any texts', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('a_b', 'x'.repeat(2_000)),
  );
  const anyText = fc.array(word, { maxLength: 200 }).map((words) => cleanMessage(`Said ${words.join(' ')}`));
  const paragraph = fc.record({
    label: fc.constant('What happened'),
    texts: fc.array(anyText, { minLength: 1, maxLength: 5 }),
  });
  const anyStep = fc
    .tuple(anyText, fc.array(anyText, { maxLength: 3 }))
    .map(([text, lines]) => forOperator(text, lines.length === 0 ? undefined : sqlPaste(lines)));
  fc.assert(
    fc.property(
      fc.array(paragraph, { minLength: 1, maxLength: 5 }),
      fc.array(anyStep, { maxLength: 8 }),
      anyText,
      (paragraphs, steps, name) => {
        const attributes = { server: name, outcome: 'recovered' };
        expectInert(
          chatOf({
            kind: 'run',
            runId: name,
            incident: name,
            at: name,
            subject: name,
            paragraphs,
            steps,
            identity: [name],
            recordUrl: null,
            attributes,
          }),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('misconfigurations with hostile names are harmless', () => {
  const name = '<!channel> `x` [pay](https://evil.example) *b* \n> quote\u202e @here';
  expectInert(
    misconfigured(
      misconfiguredBy({
        role: { name, connectionLimit: 1 },
        overrides: [{ setting: 'track_activities', value: 'off', role: name, database: name }],
      }),
    ),
  );
});

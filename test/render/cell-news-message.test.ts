import { describe, expect, test } from 'vitest';
import { type CellNews, toSentNews } from '../../functions/core/fleet/cell-news.ts';
import { renderCellNews } from '../../functions/render/message/cell-news-message.ts';
import { FLEET_NOW } from '../support/fleet.ts';

const since = '2026-11-29T02:10:00.000Z';
const NEWS: readonly CellNews[] = [
  ...(['began', 'lasts', 'over'] as const).map(
    (phase): CellNews => ({ kind: 'outage', phase, since, unwell: 9, of: 17, names: ['a', 'b', 'c', 'd'] }),
  ),
  { kind: 'away', what: 'api', since, why: 'AccessDenied: not authorized' },
  { kind: 'away', what: 'bucket', since, why: 'AccessDenied' },
  { kind: 'unreadable', name: 'policies/strict.json', why: 'mode: expected a word', databases: 3 },
  { kind: 'concurrency', vpc: 'vpc-0a', declared: 5, needed: 6, databases: 17 },
];
const messageOf = (news: CellNews) => renderCellNews(toSentNews(news, FLEET_NOW));

describe('News of a cell', () => {
  test('say in the subject what it is about', () => {
    expect(NEWS.map((news) => messageOf(news).subject)).toEqual([
      'FLEET 9 of 17 databases out of reach',
      'FLEET 9 of 17 databases out of reach, still',
      'FLEET over: databases can be reached again, 9 of 17 not yet',
      'FLEET registry not renewed for an hour: the API of RDS does not answer',
      "FLEET policies not renewed for an hour: the organisation's bucket does not answer",
      'FLEET policies/strict.json is not valid: 3 databases only observed',
      'FLEET reserved concurrency 5 of vpc-0a is too low for 17 databases',
    ]);
  });

  test.each(NEWS)('of kind $kind have a subject that SNS takes, a next step and an urgency', (news) => {
    const { subject, text, chat, attributes } = messageOf({
      ...news,
      ...('name' in news && { name: 'ä'.repeat(200) }),
    });
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(text).toMatch(/\nNEXT\n\S/);
    expect(chat.content.description.length).toBeLessThan(8_000);
    expect(['info', 'warning', 'critical']).toContain(attributes.severity);
  });

  test('of one outage are one thread of chat', () => {
    const threads = NEWS.slice(0, 3).map((news) => messageOf(news).chat.metadata.threadId);
    expect(new Set(threads).size).toBe(1);
  });
});

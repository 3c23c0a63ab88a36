import { expect } from 'vitest';
import * as z from 'zod/mini';
import type { ChatNotification } from '../../functions/render/base/message.ts';

/**
 * The rules of custom notifications in Amazon Q Developer in chat applications. It silently drops a message that breaks
 * them. https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
const some = z.string().check(z.minLength(1));

export const CUSTOM_NOTIFICATION = z.strictObject({
  version: z.literal('1.0'),
  source: z.literal('custom'),
  id: z.optional(some),
  content: z.strictObject({
    textType: z.optional(z.literal('client-markdown')),
    title: z.optional(text(250)),
    description: text(8_000),
    nextSteps: z.optional(z.array(text(350)).check(z.minLength(1))),
    keywords: z.optional(z.array(text(75)).check(z.minLength(1))),
  }),
  metadata: z.optional(
    z.strictObject({
      threadId: z.optional(some),
      summary: z.optional(some),
      eventType: z.optional(some),
      relatedResources: z.optional(z.array(some)),
      additionalContext: z.optional(z.record(some, some)),
      enableCustomActions: z.optional(z.boolean()),
    }),
  ),
});

/** A label at the beginning of a line of a description. Labels are ours and never from a client. */
const LABEL = /^\*[A-Z][a-z ()]+:\* /;
/** A link to our own bucket, as the last line. */
const LINK = /^\*Its (?:page|record):\* https:\/\/[a-z0-9-]+\.console\.aws\.amazon\.com\/s3\/[\w?=&/.-]+$/;
/** In both kinds of room, code ends on its line and is separated from words. */
const CODE = /(?<![^ (])`[^`\n]+`(?![^ ),;:.!?])/g;
const TIME = /\b\d\d:\d\d:\d\d\b/g;
/** Texts that one of the rooms interprets: emphasis, code, links, mentions, rooms, emoji, entities, host names. */
const ACTIVE = /[*_~`<>&@#|\\[\]{}^$/]|:[^\s:]+:|\p{L}\.[\p{L}\d]|\d\.\p{L}|^\s*(?:[-+]|\d+[.)])\s/u;
/** Slack interprets these within code as well. */
const ACTIVE_IN_CODE = /[<>&@]/;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** The document has the allowed form and size, and rooms interpret nothing in it but text, code and our own labels. */
export function expectInert(chat: ChatNotification): void {
  expect(z.safeParse(CUSTOM_NOTIFICATION, JSON.parse(JSON.stringify(chat)))).toMatchObject({ success: true });
  const { content, metadata } = chat;
  const lines = content.description.split('\n');
  expect(lines.length).toBeLessThanOrEqual(7);
  for (const line of lines.filter((each) => !LINK.test(each))) {
    expect(line).toMatch(LABEL);
    expectInertLine(line.replace(LABEL, ''));
  }
  for (const each of [content.title, metadata.summary, ...(content.nextSteps ?? [])]) expectInertLine(each);
  const { additionalContext, relatedResources, threadId, eventType } = metadata;
  for (const each of [chat.id, threadId, eventType, ...relatedResources, ...Object.values(additionalContext)])
    expect(each).toMatch(/^[\w-]{1,128}$/);
  for (const keyword of content.keywords) expect(keyword).toMatch(/^[A-Za-z0-9-]+$/);
}

export function expectInertLine(line: string): void {
  expect(line).not.toMatch(UNSEEN);
  expect(line).not.toMatch(ACTIVE_IN_CODE);
  expect(line.replaceAll(CODE, '').replaceAll(TIME, '')).not.toMatch(ACTIVE);
}

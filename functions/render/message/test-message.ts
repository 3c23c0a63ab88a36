import { cleanName } from '../../core/base/clean-text.ts';
import { authorName } from '../base/author-name.ts';
import type { Message } from '../base/message.ts';
import { timeText } from '../base/phrases.ts';

/** Tests the way to people and chat rooms. Subscribers that filter by severity or server do not get it. */
export function renderTestMessage(by: string, at: string): Message {
  const subject = 'TEST: pg-headroom reaches you';
  const text = `This is a test of pg-headroom's messages. Nothing happened on any server, and there is nothing to do. ${authorName(by)} asked for it at ${timeText(at)}.`;
  const id = `test-${cleanName(at)}`;
  return {
    subject,
    text: `${text}\n`,
    chat: {
      version: '1.0',
      source: 'custom',
      id,
      content: { textType: 'client-markdown', title: subject, description: text, keywords: ['test'] },
      metadata: {
        threadId: id,
        summary: subject,
        eventType: 'test',
        relatedResources: [],
        additionalContext: {},
      },
    },
    attributes: { severity: 'info', outcome: 'test', mode: 'test' },
    link: null,
  };
}

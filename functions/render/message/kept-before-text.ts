import type { RunHead } from '../../core/run/run-head.ts';
import { sections, wrap } from '../base/layout.ts';
import type { Message } from '../base/message.ts';
import { counted, groupName } from '../base/phrases.ts';
import { withParagraph } from '../chat/chat.ts';

type KeptBefore = NonNullable<RunHead['keptBefore']>;

/**
 * Adds to a message, once for each server, which sessions the old meaning of `keepPerGroup` would have kept.
 */
export function withOldRuleText(message: Message, kept: KeptBefore): Message {
  const texts = keptBeforeTexts(kept);
  const lines = texts.flatMap((text) => wrap(text));
  const text = `${message.text.trimEnd()}\n\n${sections([{ title: 'KEPT BY EARLIER VERSIONS', lines }])}\n`;
  return {
    ...message,
    text,
    chat: withParagraph(message.chat, { label: 'Kept by earlier versions', texts }),
  };
}

function keptBeforeTexts({ count, chosen, groups }: KeptBefore): readonly string[] {
  const named = groups.map((each) => `${each.count} of ${groupName(each.group)}`).join(', ');
  const rest = count - groups.reduce((sum, each) => sum + each.count, 0);
  const others = rest > 0 ? `, ${rest} of others` : '';
  return [
    `limits.keepPerGroup counts by program. In earlier versions it counted by application name, role and database. It would then have kept ${count} of the ${counted(chosen, 'session')} that this run chose: ${named}${others}.`,
    'If a program must keep more sessions, raise limits.keepPerGroup or name the program in protect.applications (docs/operate/upgrade.md). This notice comes once.',
  ];
}

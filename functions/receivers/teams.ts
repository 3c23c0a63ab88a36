import type { Message } from '../render/base/message.ts';
import { jsonRequest, type RequestFor } from './receiver-request.ts';

/** Teams refuses a message above some 28 KB, counted with everything around our text. */
const MOST_BYTES = 20_000;
const SHORTENED = 'The rest is too long for Teams: it is in the message to people.';

const COLORS: Readonly<Record<string, string>> = { critical: 'Attention', warning: 'Warning' };

/**
 * A workflow of Teams that begins with "When a Teams webhook request is received" and posts the card. Its address is the
 * secret. https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export const teamsRequest: RequestFor = (_, message) => (url) => jsonRequest(url, cardOf(message));

function cardOf(message: Message): object {
  const lines = message.text.trimEnd().split('\n');
  const whole = withLines(message, lines);
  if (byteLength(whole) <= MOST_BYTES) return whole;
  let kept = lines;
  while (kept.length > 0 && byteLength(withLines(message, [...kept, SHORTENED])) > MOST_BYTES)
    kept = kept.slice(0, -1);
  return withLines(message, [...kept, SHORTENED]);
}

/**
 * The text stands in text runs, in which Teams interprets no markup. In a text block, the stars of a statement would
 * become italics.
 */
function withLines({ subject, attributes, link }: Message, lines: readonly string[]): object {
  const color = COLORS[attributes.severity ?? ''];
  const title = { type: 'TextRun', text: subject, weight: 'Bolder', ...(color && { color }) };
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { type: 'RichTextBlock', inlines: [title] },
      ...lines.flatMap((line, at) => {
        if (line.trim() === '') return [];
        const spacing = (lines[at - 1] ?? '').trim() === '' ? 'Medium' : 'None';
        return [{ type: 'RichTextBlock', spacing, inlines: [{ type: 'TextRun', text: line }] }];
      }),
    ],
    ...(link === null
      ? {}
      : { actions: [{ type: 'Action.OpenUrl', title: 'The page of the run', url: link }] }),
    msteams: { width: 'Full' },
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return { type: 'message', attachments: [attachment] };
}

function byteLength(document: object): number {
  return Buffer.byteLength(JSON.stringify(document));
}

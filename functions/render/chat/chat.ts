import type { Advice, PasteLanguage } from '../../core/advice/advice.ts';
import { plainName } from '../../core/base/plain-name.ts';
import { bounded } from '../base/layout.ts';
import type { ChatNotification, Message } from '../base/message.ts';
import { pasteLines } from '../base/paste-lines.ts';
import { linkText } from '../base/phrases.ts';
import { chatCode, chatText } from './chat-markup.ts';

/** Cleaned text without markup. A paragraph without texts is left out. */
export type Paragraph = { readonly label: string; readonly texts: readonly string[] };

/** The parts of a message in short. */
type ChatParts = {
  readonly kind: 'run' | 'failed-run' | 'misconfiguration' | 'observation' | 'warning';
  readonly runId: string;
  /** The id of its incident. Null when no incident is known. */
  readonly incident: string | null;
  /** ISO 8601. Null when the time is not known. */
  readonly at: string | null;
  readonly subject: string;
  readonly paragraphs: readonly Paragraph[];
  readonly steps: readonly Advice[];
  /** Which code ran by which policy. */
  readonly identity: readonly string[];
  readonly recordUrl: string | null;
  readonly attributes: Message['attributes'];
};

const MAX_TITLE = 250;
/**
 * There are few paragraphs, so that all of them together stay below the 8,000 characters of a description.
 */
const MAX_PARAGRAPH = 900;
const MAX_STEP = 350;
const MOST_STEPS = 4;

/** Languages in which line breaks do not matter. */
const ONE_LINE: ReadonlySet<PasteLanguage> = new Set(['sql', 'shell']);

const ELSEWHERE = 'What to paste is in the message to people.';

/** The answer as title, then what happened and what to do. Longer texts are in the message to people. */
export function chatOf(parts: ChatParts): ChatNotification {
  const { kind, subject, steps, attributes } = parts;
  const title = chatText(titleOf(subject), MAX_TITLE);
  const id = plainName(parts.runId);
  const server = plainName(attributes.server ?? '');
  const tags = Object.entries(attributes).map(([name, value]) => [name, plainName(value)] as const);
  return {
    version: '1.0',
    source: 'custom',
    id: isBeside(kind) ? `${id}-${kind}` : id,
    content: {
      textType: 'client-markdown',
      title,
      description: description(parts),
      ...(steps.length > 0 && { nextSteps: nextSteps(steps) }),
      // An underscore at the edge of a word would start italics.
      keywords: tags.map(([, value]) => value.replaceAll('_', '-')),
    },
    metadata: {
      threadId: threadOf(parts, server),
      summary: title,
      eventType: `pg-headroom-${kind}`,
      relatedResources: [server],
      additionalContext: Object.fromEntries(tags),
    },
  };
}

/** A subject in words, because rooms interpret brackets and slashes: `Critical: orders FULL 57 of 57`. */
function titleOf(subject: string): string {
  return subject
    .replace(/^\[([a-z])([a-z]+)\] /, (_, first: string, rest: string) => `${first.toUpperCase()}${rest}: `)
    .replace(/ (\d+)\/(\d+)(?=$|[:,])/, ' $1 of $2');
}

/**
 * One thread for each incident. Without memory the beginning and end of an incident are not known: all
 * incidents of one day then share a thread, and one over midnight has two. Without the day, each later
 * incident would be hidden in the thread of the first.
 */
function threadOf({ kind, at, runId, incident }: ChatParts, server: string): string {
  if (incident !== null) return plainName(incident);
  const since = at === null ? plainName(runId) : plainName(at.slice(0, 10));
  return isBeside(kind) ? `${server}-${since}-${kind}` : `${server}-${since}`;
}

/** A run may have such a message beside the one about itself. */
function isBeside(kind: ChatParts['kind']): boolean {
  return kind === 'misconfiguration' || kind === 'observation' || kind === 'warning';
}

function description({ paragraphs, identity, recordUrl }: ChatParts): string {
  const lines = [...paragraphs, { label: 'This run', texts: identity }].flatMap(({ label, texts }) => {
    const text = chatText(texts.join(' ').replaceAll('\n', ' – '), MAX_PARAGRAPH);
    return text === '' ? [] : [`*${label}:* ${text}`];
  });
  return [...lines, ...(recordUrl === null ? [] : [`*${linkText(recordUrl)}:* ${recordUrl}`])].join('\n');
}

function nextSteps(steps: readonly Advice[]): readonly string[] {
  return bounded(steps, MOST_STEPS, stepText, (rest) => `${rest.length} more in the message to people.`);
}

/** The step with its lines to paste, if they fit on one line. */
function stepText({ text, paste }: Advice): string {
  if (paste === undefined) return chatText(text, MAX_STEP);
  const lines = paste.or === undefined ? pasteLines(paste) : [paste.or];
  const pasted = ONE_LINE.has(paste.language) ? chatCode(lines) : null;
  const whole = `${chatText(text, Number.POSITIVE_INFINITY)} ${pasted}`;
  if (pasted !== null && whole.length <= MAX_STEP) return whole;
  const said = chatText(text.replace(/:$/, '.'), MAX_STEP - ELSEWHERE.length - 1);
  return `${said} ${ELSEWHERE}`;
}

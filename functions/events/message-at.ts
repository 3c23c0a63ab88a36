/** Keys under which loggers write error messages. */
const MESSAGE_KEYS =
  /(?:mess?age|msg|err(?:or)?s?|exception|reason|cause|text|log|stack|trace|info|event|body|payload|details|^M|^@[mx])$/i;
/** Keys of values that clients choose. A sentence in a name or a query is no message. */
const CLIENT_KEYS =
  /(?:^|[._@-])(?:user|username|usename|role|login|owner|query|statement|sql|app|application|\w{0,12}name|database|db|param\w{0,12}|arg\w{0,12}|input|values?|host|password|key|search|q)$/i;
/** The same words at the end of a name such as `dbUser`. */
const CLIENT_KEY_ENDINGS = /[a-z](?:User|Role|Login|Query|Statement|Sql|App|Name|Database|Db|Params?|Args?)$/;
const KEY = /([\w.@-]{1,40})\\{0,3}["']?\s{0,2}[:=]\s{0,3}$/;
/**
 * What may stand between a key and the message, a severity or a SQLSTATE: `ERROR: `, `FATAL `, `[53300] `,
 * `FATAL 53300 (too_many_connections) `.
 */
const BETWEEN =
  /(?:(?:fatal|panic|error|severe|critical|warn(?:ing)?)(?: {0,2}:)?|\[?53300\]?:?|\(too_many_connections\))\s{1,8}$/i;
const MOST_BEFORE = 200;
/** A quoted name or query is shorter. */
const MOST_QUOTED = 2_048;

/** Keys of what a client sent. A sentence below them is no message. */
const REQUEST_KEYS = /^(?:req|request|headers|params|query|variables|form|input)$/i;

/** Whether all below this key came from a client. */
export function isRequestKey(key: string): boolean {
  return REQUEST_KEYS.test(key);
}

/** Whether loggers write error messages under this key. */
export function isMessageKey(key: string): boolean {
  return MESSAGE_KEYS.test(key);
}

/**
 * Whether the text at a place of an application's log line is a message, and not quoted from a name or a
 * query.
 */
export function isMessageAt(line: string, place: number): boolean {
  const quotes = openQuotesBefore(line, place);
  const from = Math.max(quotes.at(-1)?.end ?? 0, place - MOST_BEFORE);
  return !quotes.some((quote) => isClientsQuote(line, quote)) && isBegun(line.slice(from, place));
}

/** Whether a place is inside a text that the line quotes from a client. */
export function isClientQuote(line: string, place: number): boolean {
  return openQuotesBefore(line, place).some((quote) => isClientsQuote(line, quote));
}

/** A quotation mark that opens a quote, with the backslashes before it. */
type Quote = { readonly start: number; readonly end: number };

function isClientsQuote(line: string, { start }: Quote): boolean {
  return !isQuotedSpeech(line.slice(Math.max(0, start - MOST_BEFORE), start));
}

/** Ruby names a method between two different marks: "db.rb:83:in `rescue in initialize': FATAL: …". */
const FRAME = /:in `[^`'\n]{1,200}'/g;

/** The quotes that are open at a place, the innermost last. */
function openQuotesBefore(line: string, place: number): readonly Quote[] {
  const from = Math.max(0, place - MOST_QUOTED);
  const before = line.slice(from, place).replaceAll(FRAME, (frame) => ' '.repeat(frame.length));
  for (const mark of [/(?<!\\)(\\*)"/g, /(?<!\\)(\\*)`/g]) {
    const quotes = openQuotesOf(before, from, mark);
    if (quotes.length > 0) return quotes;
  }
  // An apostrophe inside a word opens no quote. Its quote ends before a punctuation mark or a space.
  const single = before.lastIndexOf("'");
  const isOpen = single >= 0 && /(?:^|[\s=:([{,])'[^']*$/.test(before.slice(Math.max(0, single - 1)));
  return isOpen ? [{ start: from + single, end: from + single + 1 }] : [];
}

/**
 * A quote inside a quote has more backslashes: in `"connection to \"db\" failed: …` the first quote is still
 * open after the second one.
 */
function openQuotesOf(before: string, from: number, mark: RegExp): readonly Quote[] {
  const open: (Quote & { readonly backslashes: number })[] = [];
  for (const { 0: text, 1: { length: backslashes } = '', index } of before.matchAll(mark)) {
    while ((open.at(-1)?.backslashes ?? 0) > backslashes) open.pop();
    const closes = open.at(-1)?.backslashes === backslashes;
    if (closes) open.pop();
    else open.push({ start: from + index, end: from + index + text.length, backslashes });
  }
  return open;
}

/** Whether the logger itself wrote what follows, instead of quoting a client. */
function isBegun(text: string): boolean {
  let before = text;
  for (let words = 0; words < 4; words += 1) before = before.replace(BETWEEN, '');
  if (before.trim() === '') return true;
  const [, key] = KEY.exec(before) ?? [];
  if (before.endsWith('=')) return key !== undefined && MESSAGE_KEYS.test(key);
  if (/:\s{0,3}$/.test(before)) return key === undefined || !isOfClients(key) || IN_DATABASE.test(before);
  return (
    before !== text ||
    /(?:[\])>|;-]\s{1,3}|(?<!=)[([{<])$/.test(before) ||
    /(?:exception|failed|failure)\s{1,3}$/i.test(before) ||
    /\b(?:error|fatal|critical)\b[^\n]*\t$/i.test(before)
  );
}

/** `error from the database: `, `failed to connect to database: `. */
const IN_DATABASE = /\b(?:the|from|(?:fail|cannot|could not|unable|error)[^:\n]*) database:\s{0,3}$/i;

function isOfClients(key: string): boolean {
  return CLIENT_KEYS.test(key) || CLIENT_KEY_ENDINGS.test(key);
}

/** In brackets after these words stands a value. */
const OF_SQL =
  /\b(?:select|insert|update|delete|values|where|set|in|call|from|execute|params?|parameters)\b/i;

/** `"message":"…`, `err='…`, `("…`, and Rust's `panicked at '…`. */
function isQuotedSpeech(before: string): boolean {
  const [, key] = KEY.exec(before) ?? [];
  if (key !== undefined) return MESSAGE_KEYS.test(key);
  if (before.endsWith(' panicked at ')) return true;
  return !OF_SQL.test(before) && /(?:^|[([{<,]\s{0,3})\\{0,3}$/.test(before);
}

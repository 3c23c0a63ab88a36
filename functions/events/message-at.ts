/** Keys under which loggers put what went wrong. */
const MESSAGE_KEYS =
  /(?:mess?age|msg|err(?:or)?s?|exception|reason|cause|text|log|stack|trace|info|event|body|payload|details|^M|^@[mx])$/i;
/** What clients choose: a sentence in a name or in a query is told by nobody. */
const CLIENT_KEYS =
  /(?:^|[._@-])(?:user|username|usename|role|login|owner|query|statement|sql|app|application|\w{0,12}name|database|db|param\w{0,12}|arg\w{0,12}|input|values?|host|password|key|search|q)$/i;
/** The same at the end of a name such as `dbUser`. */
const CLIENT_KEY_ENDINGS = /[a-z](?:User|Role|Login|Query|Statement|Sql|App|Name|Database|Db|Params?|Args?)$/;
const KEY = /([\w.@-]{1,40})\\{0,3}["']?\s{0,2}[:=]\s{0,3}$/;
/** A severity or a SQLSTATE may stand between: `ERROR: `, `FATAL `, `[53300] `, `FATAL 53300 (too_many_connections) `. */
const BETWEEN =
  /(?:(?:fatal|panic|error|severe|critical|warn(?:ing)?)(?: {0,2}:)?|\[?53300\]?:?|\(too_many_connections\))\s{1,8}$/i;
const MOST_BEFORE = 200;
/** Names and queries that are quoted are shorter, or the line is nobody's. */
const MOST_QUOTED = 2_048;

/** Whether loggers put what went wrong under this key. */
export function isMessageKey(key: string): boolean {
  return MESSAGE_KEYS.test(key);
}

/** Whether a line of an application's log tells what begins at a place, and does not quote it from a name or a query. */
export function isMessageAt(line: string, place: number): boolean {
  const quotes = openQuotesBefore(line, place);
  const from = Math.max(quotes.at(-1)?.end ?? 0, place - MOST_BEFORE);
  return !quotes.some((quote) => isClientsQuote(line, quote)) && isBegun(line.slice(from, place));
}

/** Whether a place is inside what a line quotes of a client. */
export function isClientQuote(line: string, place: number): boolean {
  return openQuotesBefore(line, place).some((quote) => isClientsQuote(line, quote));
}

/** A mark that opens a quote, with the backslashes before it. */
type Quote = { readonly start: number; readonly end: number };

function isClientsQuote(line: string, { start }: Quote): boolean {
  return !isQuotedSpeech(line.slice(Math.max(0, start - MOST_BEFORE), start));
}

/** The quotes that are still open at a place, the innermost last. */
function openQuotesBefore(line: string, place: number): readonly Quote[] {
  const from = Math.max(0, place - MOST_QUOTED);
  const before = line.slice(from, place);
  for (const mark of [/(?<!\\)(\\*)"/g, /(?<!\\)(\\*)`/g]) {
    const quotes = openQuotesOf(before, from, mark);
    if (quotes.length > 0) return quotes;
  }
  // An apostrophe opens nothing inside a word, and what it opens ends before a mark or a space.
  const single = before.lastIndexOf("'");
  const isOpen = single >= 0 && /(?:^|[\s=:([{,])'[^']*$/.test(before.slice(Math.max(0, single - 1)));
  return isOpen ? [{ start: from + single, end: from + single + 1 }] : [];
}

/** A quote inside a quote has more backslashes: `"connection to \"db\" failed: …` is still inside the first one. */
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

/** Whether a logger says what follows, rather than naming a client. */
function isBegun(text: string): boolean {
  let before = text;
  for (let words = 0; words < 4; words += 1) before = before.replace(BETWEEN, '');
  if (before.trim() === '') return true;
  const [, key] = KEY.exec(before) ?? [];
  if (before.endsWith('=')) return key !== undefined && MESSAGE_KEYS.test(key);
  if (/:\s{0,3}$/.test(before))
    return key === undefined || !isOfClients(key) || /\b(?:the|from) database:\s{0,3}$/.test(before);
  return (
    before !== text ||
    /(?:[\])>|;-]\s{1,3}|(?<!=)[([{<])$/.test(before) ||
    /(?:exception|failed|failure)\s{1,3}$/i.test(before)
  );
}

function isOfClients(key: string): boolean {
  return CLIENT_KEYS.test(key) || CLIENT_KEY_ENDINGS.test(key);
}

/** What is in brackets there is a value. */
const OF_SQL =
  /\b(?:select|insert|update|delete|values|where|set|in|call|from|execute|params?|parameters)\b/i;

/** `"message":"…`, `err='…`, `("…`. */
function isQuotedSpeech(before: string): boolean {
  const [, key] = KEY.exec(before) ?? [];
  if (key !== undefined) return MESSAGE_KEYS.test(key);
  return !OF_SQL.test(before) && /(?:^|[([{<,]\s{0,3})\\{0,3}$/.test(before);
}

import { minimalStatement } from './held-by-statement.ts';

/**
 * The shape of a statement: what it does, without its values. Literals become `?`, comments are dropped,
 * space is folded. A literal or comment that is cut off ends with the text. The time is linear in the length
 * of the text, because clients choose it. As in the server's own lexer, each character that is not ASCII
 * belongs to a word: the text may also be bytes in any encoding of a server, one character each
 * (`server-text.ts`).
 */

/** What begins at one place of the text: where it ends, and what the shape has for it. */
type Token = { readonly end: number; readonly shape: string };

const WORD_START = /[A-Za-z_\u0080-\uffff]/;
const SPACE = /[ \t\n\r\f\v]+|--[^\n\r]*/y;
const STRING = /'(?:[^']|'')*(?:'|$)/y;
/** A string where `standard_conforming_strings` is off, so that a backslash escapes the next character. */
const BACKSLASH_STRING = /'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)/y;
const ESCAPE_STRING = /[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)/y;
const QUOTED_NAME = /"(?:[^"]|"")*(?:"|$)/y;
const PLAIN_QUOTED_NAME = /^"[A-Za-z_][\w$]*"$/;
const PARAMETER = /\$\d+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?\w*/y;
/** The part of a mail address before its `@`, and the part from there on. */
const MAILBOX = /(?:[\w.+\u0080-\uffff]|-(?!-))+/y;
const MAIL_DOMAIN = /@(?:[\w.]|-(?!-))+/y;

/** `SELECT name FROM t WHERE mail = 'a@b.c'` becomes `SELECT name FROM t WHERE mail = ?`. */
export function statementShape(text: string): string {
  const pieces: string[] = [];
  // No mail address begins before this place, so that each run of letters is searched once.
  let noMailBefore = 0;
  for (let at = 0; at < text.length; ) {
    const runEnd = at < noMailBefore ? null : endOf(MAILBOX, text, at);
    if (runEnd !== null) {
      const mailEnd = endOf(MAIL_DOMAIN, text, runEnd);
      noMailBefore = mailEnd ?? runEnd;
      if (mailEnd !== null) {
        pieces.push('?');
        at = mailEnd;
        continue;
      }
    }
    if (isAmbiguous(text, at)) {
      pieces.push(restOf(text, at));
      break;
    }
    const { end, shape } = tokenAt(text, at);
    pieces.push(shape);
    at = end;
  }
  return pieces.join('').replace(/ +/g, ' ').replace(/^ | $/g, '');
}

/**
 * Whether a literal would end elsewhere if the server read backslashes the other way. We do not know which
 * way it reads them.
 */
function isAmbiguous(text: string, at: number): boolean {
  return text.charAt(at) === "'" && endOf(STRING, text, at) !== endOf(BACKSLASH_STRING, text, at);
}

/**
 * The whole rest may be the literal. A statement that holds something must not look harmless, so what it
 * holds is kept in both readings.
 */
function restOf(text: string, at: number): string {
  const end = endOf(STRING, text, at) ?? text.length;
  const held = minimalStatement(statementShape(text.slice(end)));
  return held === null ? '?' : `?; ${held}`;
}

function tokenAt(text: string, at: number): Token {
  const first = text.charAt(at);
  const token = (pattern: RegExp, shape?: string): Token | null => {
    const end = endOf(pattern, text, at);
    return end === null ? null : { end, shape: shape ?? text.slice(at, end) };
  };
  const blank = token(SPACE, ' ');
  if (blank) return blank;
  if (text.startsWith('/*', at)) return { end: endOfComment(text, at), shape: ' ' };
  if (first === '$') return token(PARAMETER) ?? dollarQuoted(text, at) ?? { end: at + 1, shape: first };
  if (first === '"') return quotedName(text, at);
  const literal = token(STRING, '?') ?? token(ESCAPE_STRING, '?');
  if (literal) return literal;
  const word = WORD_START.test(first) ? token(WORD) : null;
  return word ?? token(NUMBER, '?') ?? { end: at + 1, shape: first };
}

function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

/** PostgreSQL nests comments. */
function endOfComment(text: string, at: number): number {
  const sign = /\/\*|\*\//g;
  sign.lastIndex = at;
  let depth = 0;
  for (let found = sign.exec(text); found !== null; found = sign.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return sign.lastIndex;
  }
  return text.length;
}

function dollarQuoted(text: string, at: number): Token | null {
  const open = endOf(DOLLAR_TAG, text, at);
  if (open === null) return null;
  const tag = text.slice(at, open);
  const close = text.indexOf(tag, open);
  return { end: close < 0 ? text.length : close + tag.length, shape: '?' };
}

/** A quoted name may be a value in broken SQL, and in other dialects it is one: only plain names stay. */
function quotedName(text: string, at: number): Token {
  const end = endOf(QUOTED_NAME, text, at) ?? text.length;
  const name = text.slice(at, end);
  return { end, shape: PLAIN_QUOTED_NAME.test(name) ? name : '?' };
}

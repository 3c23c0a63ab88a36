/**
 * A plain word: a number, a time, or letters of any script, then marks that may end a clause. Marks that
 * begin a list are left out.
 */
const PLAIN = /^(?![-+])\(*(?:[\p{L}\p{N}'"(),;!?%+×–-]*|\d+\.\d+|\d\d:\d\d(?::\d\d)?)[)",;.!?%]*:?$/u;
/** The marks around a word, and the word with the parentheses of a function. */
const AROUND = /^(\(*)(.+?(?:\([^()]*\))?)([),;.!?]*:?)$/su;

/**
 * Slack reads these characters as a link, a mention of all members or an entity, even in code. A backtick
 * would end the code. Similar letters replace them, because no escape works in both Slack and Teams.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '`': 'ˋ',
  '<': '‹',
  '>': '›',
  '&': '＆',
  '@': '＠',
};

const CUT = '...';

/**
 * Cleaned text as markup that means only this text in Slack and in Teams: every word that is not a plain word
 * stands in inline code. So names need no mark, at any place of a sentence. A text of more than `max`
 * characters is cut between words.
 */
export function chatText(text: string, max: number): string {
  const words = text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(chatWord);
  const whole = words.join(' ');
  if (whole.length <= max) return whole;
  let kept = '';
  for (const word of words) {
    if (kept.length + word.length + 1 + CUT.length > max) break;
    kept += `${word} `;
  }
  return kept + CUT;
}

function chatWord(word: string): string {
  if (PLAIN.test(word)) return word;
  const [, before = '', inner = word, after = ''] = AROUND.exec(word) ?? [];
  return `${before}${code(inner)}${after}`;
}

/** One line of inline code. */
function code(text: string): string {
  return `\`${text.replace(/[`<>&@]/g, (character) => LOOK_ALIKES[character] ?? '')}\``;
}

/**
 * Lines to paste as code. Null when a letter would need a replacement, or when a comment would hide the rest
 * of the line.
 */
export function chatCode(lines: readonly string[]): string | null {
  const line = lines.join(' ');
  const isSafe = !/[`<>&@\n]/.test(line) && !lines.slice(0, -1).some((each) => each.startsWith('--'));
  return isSafe ? code(line) : null;
}

/** A number, a time, or letters of any script, then what may end a clause; none that begins a list. */
const PLAIN = /^(?![-+])\(*(?:[\p{L}\p{N}'"(),;!?%+×–-]*|\d+\.\d+|\d\d:\d\d(?::\d\d)?)[)",;.!?%]*:?$/u;
/** What stands around a word, and the word, with the parentheses of a function that belong to it. */
const AROUND = /^(\(*)(.+?(?:\([^()]*\))?)([),;.!?]*:?)$/su;

/**
 * Slack takes these for a link, a mention of everybody or an entity, in code as well; the backtick would end the code.
 * Letters that look alike stand in their place, for no escape means the same in every room.
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
 * Cleaned text as markup that means nothing but this text, in Slack as in Teams: each word that is more than a plain
 * word stands in inline code. Names need no mark for that, wherever in a sentence they are. What is longer than `max`
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

/** On one line, in inline code. */
function code(text: string): string {
  return `\`${text.replace(/[`<>&@]/g, (character) => LOOK_ALIKES[character] ?? '')}\``;
}

/** Lines to paste as code; null where a letter would have to stand in for another, or a comment would swallow the rest. */
export function chatCode(lines: readonly string[]): string | null {
  const line = lines.join(' ');
  const isSafe = !/[`<>&@\n]/.test(line) && !lines.slice(0, -1).some((each) => each.startsWith('--'));
  return isSafe ? code(line) : null;
}

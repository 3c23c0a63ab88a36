const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The highest number that one letter holds. */
export const HIGHEST_LETTER = LETTERS.length - 1;
/** By the letter's code. Each count reads 500 of them, so that none is searched for. */
const NUMBERS = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, LETTERS.indexOf(String.fromCharCode(code))),
);

/** One letter for a whole number from 0 to 63. A number beyond is the nearest of these. */
export function letterOf(value: number): string {
  return LETTERS[Math.max(0, Math.min(HIGHEST_LETTER, value))] ?? 'A';
}

/** The number of the letter at a place of a text. 0 for what is none. */
export function numberAt(text: string, place: number): number {
  return NUMBERS[text.charCodeAt(place)] ?? 0;
}

/**
 * Widths of DejaVu Sans in ems. It is the widest of the usual fonts, so that text which fits with it fits
 * with the others.
 */
const WIDTHS: readonly (readonly [characters: string, ems: number])[] = [
  ["ijl'I", 0.29],
  ['., fJrt:;|!()[]"-/\\*·', 0.42],
  ['mMW@%', 1.02],
  ['wABCDEFGHKLNOPQRSTUVXYZ#&+<=>^~−', 0.84],
];
const EMS = new Map(WIDTHS.flatMap(([characters, ems]) => [...characters].map((each) => [each, ems])));
/** Small letters and digits. */
const USUAL = 0.65;
/** Letters of other scripts, of which some are as wide as they are high. */
const FOREIGN = 1.05;

/** An upper bound for the width of a line of text in pixels, whatever the font. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += EMS.get(character) ?? (character <= '\u024f' ? USUAL : FOREIGN);
  return ems * fontSize;
}

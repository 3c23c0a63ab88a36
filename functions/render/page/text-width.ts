/** Widths in ems of DejaVu Sans, the widest of the fonts that pages are read in: what fits with it is cut in none. */
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

/** At least as many pixels as a line of text takes, whatever the font. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += EMS.get(character) ?? (character <= '\u024f' ? USUAL : FOREIGN);
  return ems * fontSize;
}

/** Words, and the numbers between them: `Kafka Connect Sink 2 To 3`. */
const PIECE = /[A-Z]?[a-z]+|[A-Z]+|\d+/g;
const BOTH_CASES = /^(?=.*[A-Z])(?=.*[a-z])/;
const NUMBER = /\d+/g;

/** How long a piece is on average in a text of both cases that a person wrote. Half of the drawn ones stay below 2. */
const SHORT_PIECES = 2.7;
/** The same for a text of one case, which has fewer pieces. */
const PIECES_OF_ONE_CASE = 4.5;

/**
 * Whether letters and digits were drawn, as in ULIDs, KSUIDs and nanoids, and not written by a person. In
 * both cases they change kind after one or two characters. In one case only numbers interrupt the letters, so that there are
 * at least `numbers` of them.
 */
export function isRandomText(text: string, numbers: number): boolean {
  const found = text.match(NUMBER)?.length ?? 0;
  if (found === 0) return false;
  const average = text.length / (text.match(PIECE)?.length ?? 1);
  return BOTH_CASES.test(text) ? average < SHORT_PIECES : found >= numbers && average < PIECES_OF_ONE_CASE;
}

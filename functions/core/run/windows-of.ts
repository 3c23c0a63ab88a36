/** Sessions in the first statement of a round, and in each later one. Decision 42 has what was measured. */
const WINDOW = { first: 32, later: 128 } as const;
/** From this number of sessions on a look at all of them is expensive, and the first look of a statement serves for a while. */
const SHARED_LOOK_FROM = 2_000;

/**
 * The victims of each statement. A statement that was sent runs to its end, even if Lambda freezes us the next moment. The
 * first one is short, so that a fault shows early. Later ones are longer, because each has to be planned and answered, but
 * not so long that a busy server takes seconds for one.
 */
export function windowsOf<Each>(
  victims: readonly Each[],
  openSessions: number,
): readonly (readonly Each[])[] {
  const later = openSessions < SHARED_LOOK_FROM ? WINDOW.later : WINDOW.first;
  const count = Math.ceil(Math.max(0, victims.length - WINDOW.first) / later);
  const starts = Array.from({ length: count }, (_, at) => WINDOW.first + at * later);
  return [0, ...starts]
    .map((from, at) => victims.slice(from, starts[at] ?? victims.length))
    .filter(({ length }) => length > 0);
}

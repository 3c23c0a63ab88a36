/**
 * More texts than one snapshot has in common. A function that stays warm for days would else keep every name that
 * clients have ever chosen.
 */
const MOST_KEPT = 10_000;

/**
 * Keeps the answers of a pure function of a text, at most so many. Thousands of sessions share few names, addresses and
 * statements.
 */
export function memoize<Answer>(
  ask: (text: string) => Answer,
  most: number = MOST_KEPT,
): (text: string) => Answer {
  const known = new Map<string, Answer>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const answer = ask(text);
    if (known.size >= most) known.clear();
    known.set(text, answer);
    return answer;
  };
}

/** Keeps the answers of a pure function of an object that never changes, for as long as the object lives. */
export function memoizeByObject<Key extends object, Answer extends object | string | null>(
  ask: (key: Key) => Answer,
): (key: Key) => Answer {
  const known = new WeakMap<Key, Answer>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = ask(key);
    known.set(key, answer);
    return answer;
  };
}

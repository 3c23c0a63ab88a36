/** The value of a kept text; undefined where there is no text, or none that is JSON. */
export function jsonIn(text: string | undefined): unknown {
  // Most items lack most texts, and an error costs more than all the rest of reading one.
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

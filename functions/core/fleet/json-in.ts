/** The value of a kept text; undefined where there is no text, or none that is JSON. */
export function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** The value of a variable that holds JSON. Other text stays a text, which the schema then refuses. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The texts of statements are constants, and values travel as parameters. So there are as many names as statements. */
const NAMES = new Map<string, string>();

/**
 * A statement with a name is parsed and planned once per session. That costs the server more than running most of our
 * statements.
 */
export function statementName(text: string): string {
  const name = NAMES.get(text) ?? `headroom-${NAMES.size + 1}`;
  NAMES.set(text, name);
  return name;
}

/** Texts are constants, what varies travels beside them: there are as many names as statements. */
const NAMES = new Map<string, string>();

/** Under a name, a statement is parsed and planned once a session, which costs the server more than most looks do. */
export function statementName(text: string): string {
  const name = NAMES.get(text) ?? `headroom-${NAMES.size + 1}`;
  NAMES.set(text, name);
  return name;
}

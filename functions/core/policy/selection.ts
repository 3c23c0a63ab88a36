/** The lists by which one line of a policy chooses sessions. A list that is left out chooses all. */
export type Selection = { readonly [Key in ListKey]?: readonly string[] | undefined };

export const SELECTION_KEYS = ['users', 'databases', 'applications', 'addresses'] as const;
type ListKey = (typeof SELECTION_KEYS)[number];

/** The lists that are written, without keys for the others. */
export function writtenLists(selection: Selection): { readonly [Key in ListKey]?: readonly string[] } {
  const written = SELECTION_KEYS.map((key) => [key, selection[key]] as const);
  return Object.fromEntries(written.filter(([, patterns]) => patterns !== undefined));
}

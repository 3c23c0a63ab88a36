/** Reads documents of others, of which nothing is known. */

export type ForeignFields = Readonly<Record<string, unknown>>;

/** An object's fields. Nothing for anything else. */
export function foreignFields(value: unknown): ForeignFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ForeignFields) : {};
}

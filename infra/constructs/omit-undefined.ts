/** Only the keys that hold something: what is left out means its default. */
export function omitUndefined<Fields extends object>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const held = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(held) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}

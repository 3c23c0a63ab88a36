/** Without the keys that are undefined: a missing key means its default. */
export function omitUndefined<Fields extends object>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const held = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(held) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}

import { type Finding, quoted } from '../../functions/core/base/errors.ts';

/** Entries that appear earlier in the same list. A value that is no list is refused by its schema. */
export function repeatedEntries(path: string, list: unknown): readonly Finding[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index) => {
    const before = list.indexOf(entry);
    if (before === index) return [];
    const allowed = `each entry once: ${path}[${before}] is the same`;
    return [{ path: `${path}[${index}]`, found: quoted(entry), allowed }];
  });
}

import { foreignFields } from '../base/foreign-fields.ts';

/** Reads values of manifests and compose files, in the forms in which people write them. */

export function foreignList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Texts, and numbers and flags as texts. Null for anything else. */
export function plainText(value: unknown): string | null {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : null;
}

/** A whole number, also one that is written as a text. */
export function wholeOr<Otherwise>(value: unknown, otherwise: Otherwise): number | Otherwise {
  const text = plainText(value) ?? '';
  return /^\d{1,7}$/.test(text) ? Number(text) : otherwise;
}

/** A whole number, `otherwise` where nothing is written, and null for what cannot be read: a guess would be a wrong sum. */
export function wholeIfWritten(value: unknown, otherwise: number): number | null {
  return value === undefined || value === null ? otherwise : wholeOr(value, null);
}

/** Values by name, of an object or of a list of `NAME=VALUE`. */
export function byNames(value: unknown): ReadonlyMap<string, string | null> {
  const pairs = Array.isArray(value)
    ? value.flatMap((entry) => {
        const [, name, text] = /^([^=]+)(?:=([\s\S]*))?$/.exec(plainText(entry) ?? '') ?? [];
        return name === undefined ? [] : [[name, text ?? null] as const];
      })
    : Object.entries(foreignFields(value)).map(([name, each]) => [name, plainText(each)] as const);
  return new Map(pairs);
}

/** Copies that a rolling deployment adds. Kubernetes rounds a share up. Null for what is neither a number nor a share. */
export function surgeOf(surge: unknown, copies: number): number | null {
  const percent = /^(\d{1,5})%$/.exec(plainText(surge) ?? '')?.[1];
  return percent === undefined ? wholeOr(surge, null) : Math.ceil((copies * Number(percent)) / 100);
}

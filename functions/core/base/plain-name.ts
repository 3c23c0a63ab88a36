/** Longer than any server's name may be: names of functions end at 64 characters. */
const MAX = 64;

/** A name that means the same in an object's key, a URL, a shell and a metric's dimension. */
export function plainName(name: string): string {
  return name.replace(/[^\w-]/g, '_').slice(0, MAX) || '_';
}

/** Names of Lambda functions have at most 64 characters, and no server has a longer name. */
const MAX = 64;

/** A name that means the same in an object's key, a URL, a shell and the dimension of a metric. */
export function plainName(name: string): string {
  return name.replace(/[^\w-]/g, '_').slice(0, MAX) || '_';
}

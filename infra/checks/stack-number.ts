import { createHash } from 'node:crypto';

/** A server has 13 to 20 resources, and two for each of its alarm topics, of the 500 that CloudFormation takes in a stack. */
export const MOST_SERVERS_A_STACK = 20;
const STACKS = 8;

type Placed = { readonly name: string; readonly stack?: number | undefined };

/**
 * The number of the stack that a server is in: by its name alone, so that no other server's coming or going moves it. A
 * move would be a second function of the same name before the first is gone, and fails. The price: names spread unevenly.
 * Of 80 servers, one fleet in two hundred fills a stack while others have room; then the newcomer says which stack it
 * goes to instead.
 */
export function stackNumberOf({ name, stack }: Placed): number {
  return stack ?? createHash('sha256').update(name).digest().readUInt32BE() % STACKS;
}

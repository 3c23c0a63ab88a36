import { createHash } from 'node:crypto';

/** CloudFormation takes 500 resources in a stack. A server has 13 to 20, and two more for each of its alarm topics. */
export const MOST_SERVERS_A_STACK = 20;
const STACKS = 8;

type Placed = { readonly name: string; readonly stack?: number | undefined };

/**
 * The number of the stack that a server is in. It follows from the server's name alone, so that adding or removing another
 * server never moves it. A move would create a second function of the same name before the first is deleted, and so fail.
 * The cost: names spread unevenly. With 80 servers, one fleet in two hundred fills a stack while others have room. The
 * error then asks the new server to name another stack.
 */
export function stackNumberOf({ name, stack }: Placed): number {
  return stack ?? createHash('sha256').update(name).digest().readUInt32BE() % STACKS;
}

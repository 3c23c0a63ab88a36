import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import { DEFAULT_PORT } from '../../functions/core/declaration/setting-schemas.ts';
import type { ServerFields } from '../constructs/remediate-environment.ts';
import { MOST_SERVERS_A_STACK, stackNumberOf } from './stack-number.ts';

/** A server as it is written, and where it is written: `servers[0]`. */
export type WrittenServer = { readonly path: string; readonly server: ServerFields };

/** Server names that appear twice. A name must be unique, because other names are made from it and people use it. */
export function repeatedNames(servers: readonly WrittenServer[]): readonly Finding[] {
  return repeated(servers, 'name', ({ name }) => textOrNull(name), 'a name of its own');
}

/**
 * Endpoints that appear twice. Two functions for one server would count each other's sessions as clients and compete for
 * its lock. Host names are compared without regard to case, as DNS does.
 */
export function repeatedHosts(servers: readonly WrittenServer[]): readonly Finding[] {
  const endpointOf = ({ host, port = DEFAULT_PORT }: ServerFields) =>
    typeof host === 'string' ? `${host.toLowerCase()}:${port}` : null;
  return repeated(servers, 'host', endpointOf, 'a server declared once');
}

function repeated(
  servers: readonly WrittenServer[],
  key: 'name' | 'host',
  identityOf: (server: ServerFields) => string | null,
  allowed: string,
): readonly Finding[] {
  const first = new Map<string, string>();
  return servers.flatMap(({ path, server }) => {
    const identity = identityOf(server);
    const before = identity === null ? undefined : first.get(identity);
    if (identity !== null && before === undefined) first.set(identity, path);
    if (before === undefined) return [];
    const has = key === 'name' ? 'this one' : 'the same host and port';
    return [
      { path: `${path}.${key}`, found: quoted(server[key]), allowed: `${allowed}: ${before} has ${has}` },
    ];
  });
}

const MOST_SUBSCRIPTIONS = 2;

/**
 * Servers of a stage beyond the two subscriptions that a log group can have. Instances of an Aurora cluster share one.
 */
export function crowdedLogGroups(servers: readonly WrittenServer[]): readonly Finding[] {
  const subscribed = servers.filter(({ server: { alarm, logGroup } }) => {
    return alarm === 'subscription' && typeof logGroup === 'string';
  });
  return [...Map.groupBy(subscribed, ({ server }) => server.logGroup).values()].flatMap((own) =>
    own.slice(MOST_SUBSCRIPTIONS).map(({ path, server }) => {
      const taken = own.slice(0, MOST_SUBSCRIPTIONS).map((before) => before.path);
      const allowed = `another kind: a log group can have ${MOST_SUBSCRIPTIONS} subscriptions, and ${taken.join(' and ')} use them`;
      return { path: `${path}.alarm`, found: quoted(server.alarm), allowed };
    }),
  );
}

/** Servers of a stage beyond the twenty of one stack. */
export function overfullStacks(servers: readonly WrittenServer[]): readonly Finding[] {
  const counts = new Map<number, number>();
  return servers.flatMap(({ path, server: { name, stack } }) => {
    if (typeof name !== 'string') return [];
    const number = stackNumberOf({ name, stack: typeof stack === 'number' ? stack : undefined });
    const count = (counts.get(number) ?? 0) + 1;
    counts.set(number, count);
    if (count <= MOST_SERVERS_A_STACK) return [];
    const found = `${quoted(stack)}, which makes it number ${count} in stack ${number}`;
    const allowed = `at most ${MOST_SERVERS_A_STACK} servers in a stack: give the new server another "stack"`;
    return [{ path: `${path}.stack`, found, allowed }];
  });
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

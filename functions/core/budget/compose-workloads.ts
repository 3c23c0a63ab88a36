import { byNames, type ForeignFields, foreignFields, plainText, surgeOf, wholeOr } from './foreign-fields.ts';
import type { Workload } from './found-service.ts';

/** A server that a compose file itself runs. */
export type ComposedServer = { readonly name: string; readonly maxConnections: number };

export function isCompose(document: unknown): boolean {
  const { services } = foreignFields(document);
  return typeof services === 'object' && services !== null && !Array.isArray(services);
}

export function composeWorkloads(document: unknown): readonly Workload[] {
  return Object.entries(foreignFields(foreignFields(document).services)).map(([name, service]) => {
    const fields = foreignFields(service);
    const { deploy, environment, labels, scale } = fields;
    const { replicas, update_config, mode } = foreignFields(deploy);
    const copies = mode === 'global' ? 1 : wholeOr(replicas, wholeOr(scale, 1));
    const { order, parallelism } = foreignFields(update_config);
    return {
      name,
      path: `services.${name}`,
      variables: new Map([...byNames(environment)].map(([key, value]) => [key, withDefaults(value)])),
      notes: notesIn(new Map([...byNames(labels), ...byNames(foreignFields(deploy).labels)])),
      leastCopies: copies,
      // Only with start-first do old and new copies run together.
      mostCopies:
        copies + (order === 'start-first' ? Math.min(copies, surgeOf(parallelism ?? 1, copies)) : 0),
    };
  });
}

/** `${NAME:-default}` is its default. What has none is not known here. */
function withDefaults(value: string | null): string | null {
  if (value === null) return null;
  const known = value.replace(/\$\{\w+:?-([^}]*)\}/g, '$1');
  return /\$\{?\w/.test(known) && !known.includes('://') ? null : known;
}

function notesIn(labels: ReadonlyMap<string, string | null>): ReadonlyMap<string, string> {
  return new Map(
    [...labels].flatMap(([key, value]) =>
      key.startsWith('headroom.') && value !== null ? [[key.slice('headroom.'.length), value] as const] : [],
    ),
  );
}

const IMAGE = /(^|\/)(postgres|postgis|timescaledb|pgvector)(:|@|$)/;

export function composeServers(document: unknown): readonly ComposedServer[] {
  return Object.entries(foreignFields(foreignFields(document).services)).flatMap(([name, service]) => {
    const fields = foreignFields(service);
    if (!IMAGE.test(plainText(fields.image) ?? '')) return [];
    return [{ name, maxConnections: maxConnectionsIn(fields) ?? 100 }];
  });
}

function maxConnectionsIn({ command }: ForeignFields): number | null {
  const words = Array.isArray(command) ? command.join(' ') : (plainText(command) ?? '');
  const found = /max_connections\s*=\s*(\d{1,6})/.exec(words)?.[1];
  return found === undefined ? null : Number(found);
}

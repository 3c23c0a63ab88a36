import { type ForeignFields, foreignFields } from '../base/foreign-fields.ts';
import type { Workload } from './found-service.ts';
import { byNames, plainText, surgeOf, wholeOr } from './written-values.ts';

/** A server that a compose file itself runs. */
export type ComposedServer = {
  readonly name: string;
  /** Null where it comes from a variable without a default. */
  readonly maxConnections: number | null;
  /** Other names of it in the network. */
  readonly hosts: readonly string[];
};

/** The text of each `env_file` that could be read, by its path as written. */
export type EnvironmentFiles = ReadonlyMap<string, string>;

export function isCompose(document: unknown): boolean {
  const { services } = foreignFields(document);
  return typeof services === 'object' && services !== null && !Array.isArray(services);
}

export function composeWorkloads(document: unknown, files: EnvironmentFiles): readonly Workload[] {
  return servicesIn(document).map(([name, fields]) => {
    const { environment, labels } = fields;
    const deploy = foreignFields(fields.deploy);
    const written = environmentFilesOf(fields);
    const unread = written.filter((file) => !files.has(file)).map((file) => `env_file ${file}`);
    const base = foreignBase(fields);
    return {
      name,
      fullName: `services.${name}`,
      path: `services.${name}`,
      variables: new Map(
        [...written.flatMap((file) => inEnvironmentFile(files.get(file) ?? '')), ...byNames(environment)].map(
          ([key, value]) => [key, withDefaults(value)],
        ),
      ),
      // A server of PostgreSQL has its password there.
      hidden: isServer(fields) ? [] : [...unread, ...(base === null ? [] : [`extends of ${base}`])],
      notes: notesIn(new Map([...byNames(labels), ...byNames(deploy.labels)])),
      copies: copiesOf(fields),
    };
  });
}

function copiesOf({ deploy, scale }: ForeignFields): Workload['copies'] {
  const { replicas, update_config, mode } = foreignFields(deploy);
  const { order, parallelism } = foreignFields(update_config);
  // A global service has a copy on each node.
  const copies = mode === 'global' ? null : wholeOr(withDefaults(plainText(replicas ?? scale ?? 1)), null);
  if (copies === null) return null;
  // Only with start-first do old and new copies run together.
  if (order !== 'start-first') return { least: copies, most: copies };
  const added = surgeOf(withDefaults(plainText(parallelism ?? 1)), copies);
  // 0 replaces all at once.
  return added === null ? null : { least: copies, most: copies + Math.min(copies, added || copies) };
}

/** Services with what they take from another one of the file by `extends`. */
function servicesIn(document: unknown): readonly (readonly [string, ForeignFields])[] {
  const services = new Map(Object.entries(foreignFields(foreignFields(document).services)));
  return [...services].map(([name]) => [name, extended(name, services, [])] as const);
}

function extended(
  name: string,
  services: ReadonlyMap<string, unknown>,
  before: readonly string[],
): ForeignFields {
  const own = foreignFields(services.get(name));
  const base = plainText(own.extends) ?? plainText(foreignFields(own.extends).service);
  if (base === null || foreignBase(own) !== null || before.includes(base)) return own;
  const from = extended(base, services, [...before, name]);
  const lists = ['environment', 'labels'].map(
    (key) => [key, Object.fromEntries([...byNames(from[key]), ...byNames(own[key])])] as const,
  );
  return {
    ...from,
    ...own,
    ...Object.fromEntries(lists),
    env_file: [from.env_file ?? [], own.env_file ?? []].flat(),
    deploy: { ...foreignFields(from.deploy), ...foreignFields(own.deploy) },
  };
}

/** The file that a service extends a service of. Null where there is none, or it is this file. */
function foreignBase({ extends: base }: ForeignFields): string | null {
  return plainText(foreignFields(base).file);
}

/** Paths in `env_file`, as they are written. */
function environmentFilesOf({ env_file }: ForeignFields): readonly string[] {
  const written = Array.isArray(env_file) ? env_file : [env_file];
  return written.flatMap((each) => plainText(each) ?? plainText(foreignFields(each).path) ?? []);
}

/** Paths of all `env_file`s of a document. Their texts are read by the caller. */
export function environmentFilesIn(document: unknown): readonly string[] {
  return servicesIn(document).flatMap(([, fields]) => environmentFilesOf(fields));
}

/** `NAME=VALUE` in lines, with or without quotes. */
function inEnvironmentFile(text: string): readonly (readonly [string, string | null])[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [start, name] = /^\s*(?:export\s+)?([\w.-]+)\s*=/.exec(line) ?? [];
    if (start === undefined || name === undefined) return [];
    const written = line.slice(start.length);
    const [, , quoted] = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(written.trim()) ?? [];
    // A comment begins with a `#` after a space.
    const [plain = ''] = written.split(/\s#/, 1);
    return [[name, quoted ?? plain.trim()] as const];
  });
}

/** `${NAME:-default}` is its default. What has none is not known here. */
function withDefaults(value: string | null): string | null {
  if (value === null) return null;
  let known = value;
  // A default may have a variable of its own, so the innermost is replaced first.
  for (let before = ''; before !== known; ) {
    before = known;
    known = known.replace(/\$\{\w+:?-([^${}]*)\}/g, '$1');
  }
  return /\$\{?\w/.test(known) && !known.includes('://') ? null : known;
}

function notesIn(labels: ReadonlyMap<string, string | null>): ReadonlyMap<string, string> {
  return new Map(
    [...labels].flatMap(([key, value]) =>
      key.startsWith('headroom.') && value !== null ? [[key.slice('headroom.'.length), value] as const] : [],
    ),
  );
}

const IMAGE = /(^|\/)(postgres|postgresql|postgis|timescaledb|timescaledb-ha|pgvector)(:|@|$)/;

function isServer({ image }: ForeignFields): boolean {
  return IMAGE.test(withDefaults(plainText(image)) ?? '');
}

export function composeServers(document: unknown): readonly ComposedServer[] {
  return servicesIn(document)
    .filter(([, fields]) => isServer(fields))
    .map(([name, fields]) => ({
      name,
      maxConnections: maxConnectionsIn(fields),
      hosts: [fields.container_name, fields.hostname].flatMap((host) => plainText(host) ?? []),
    }));
}

/** PostgreSQL's own 100 where the file says nothing. */
function maxConnectionsIn({ command, environment }: ForeignFields): number | null {
  const words = [...(Array.isArray(command) ? command : [command])].map((word) => plainText(word) ?? '');
  const variables = byNames(environment);
  // Of Bitnami's image, and of the official one.
  const set = variables.get('POSTGRESQL_MAX_CONNECTIONS');
  const all = [...words, variables.get('POSTGRES_INITDB_ARGS') ?? ''].join(' ');
  const inWords = /(?:max[_-]connections\s*=\s*|(?:^|\s)-N\s*)["']?(\$\{[^\s]*\}|[^\s"']+)/.exec(all)?.[1];
  const written = inWords ?? set;
  return written === undefined ? 100 : wholeOr(withDefaults(written), null);
}

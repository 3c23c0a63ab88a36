import type { Finding } from '../base/errors.ts';
import { parseDatabaseUrl } from './database-url.ts';

/** Names of variables that hold an address of a database. */
const ADDRESS_NAME = /(^|_)(DATABASE|POSTGRES|POSTGRESQL|PG|DB)_?(URL|URI|DSN)$/i;

/** A container or service with what decides its connections. */
export type Workload = {
  readonly name: string;
  /** Where it is written, for findings. */
  readonly path: string;
  /** Values by name. Null for a value that the file does not have, such as one from a secret. */
  readonly variables: ReadonlyMap<string, string | null>;
  /** What labels or annotations say: `pool`, `processes`, `to`, `role`, `database`. */
  readonly notes: ReadonlyMap<string, string>;
  readonly leastCopies: number;
  readonly mostCopies: number;
};

/** A service that connects to PostgreSQL. */
export type FoundService = {
  readonly name: string;
  readonly path: string;
  readonly to: string | null;
  readonly host: string | null;
  readonly leastPools: number;
  readonly mostPools: number;
  readonly pool: number;
  readonly role: string | null;
  readonly database: string | null;
};

/** Null for a workload without a database. */
export function foundService(workload: Workload): FoundService | { readonly finding: Finding } | null {
  const { name, path, variables, notes, leastCopies, mostCopies } = workload;
  const urls = [...variables.values()].flatMap((value) => parseDatabaseUrl(value ?? '') ?? []);
  const isHidden = [...variables].some(([key, value]) => value === null && ADDRESS_NAME.test(key));
  if (urls.length === 0 && !isHidden && !notes.has('pool')) return null;
  const [url] = urls;
  const pool = numberIn(notes.get('pool')) ?? url?.pool ?? null;
  if (pool === null) return { finding: poolUnknown(path, url === undefined) };
  const processes = numberIn(notes.get('processes')) ?? numberIn(variables.get('WEB_CONCURRENCY')) ?? 1;
  return {
    name,
    path,
    to: notes.get('to') ?? null,
    host: url?.host ?? null,
    leastPools: leastCopies * processes,
    mostPools: mostCopies * processes,
    pool,
    role: notes.get('role') ?? url?.role ?? null,
    database: notes.get('database') ?? url?.database ?? null,
  };
}

function poolUnknown(path: string, isHidden: boolean): Finding {
  return {
    path,
    found: isHidden
      ? 'an address of a database that the file does not hold'
      : 'a URL without the size of its pool',
    allowed:
      'connection_limit or pool_size in the URL, or the size as label headroom.pool (compose) or annotation headroom/pool (Kubernetes)',
  };
}

function numberIn(text: string | null | undefined): number | null {
  return text != null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null;
}

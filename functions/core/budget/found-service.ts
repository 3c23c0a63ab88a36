import { type Finding, quoted } from '../base/errors.ts';
import { listText } from '../base/words.ts';
import { type DatabaseUrl, parseDatabaseUrl } from './database-url.ts';
import { wholeOr } from './written-values.ts';

/** Names of variables that hold an address of a database. */
const ADDRESS_NAME =
  /(^|_)(DATABASE|DATASOURCE|POSTGRES|POSTGRESQL|PG|DB|JDBC)_?(URL|URI|DSN|CONNECTION_?STRING)$/i;
/** Names of variables that hold the host of a server of PostgreSQL, for a program that puts its address together itself. */
const HOST_NAME = /(^|_)(POSTGRES|POSTGRESQL|PG)_?(HOST|HOSTNAME|SERVER)$/i;

/** A container or service with what decides its connections. */
export type Workload = {
  readonly name: string;
  /** Its name where another has the same one, such as a Deployment in another namespace. */
  readonly fullName: string;
  /** Where it is written, for findings. */
  readonly path: string;
  /** Values by name. Null for a value that the file does not have, such as one from a secret. */
  readonly variables: ReadonlyMap<string, string | null>;
  /** Places of more variables, which the files do not hold, such as a Secret. */
  readonly hidden: readonly string[];
  /** What labels or annotations say: `pool`, `processes`, `copies`, `to`, `role`, `database`. */
  readonly notes: ReadonlyMap<string, string>;
  /** Null where the file does not say how many. */
  readonly copies: { readonly least: number; readonly most: number } | null;
};

/** A service that connects to PostgreSQL. */
export type FoundService = {
  readonly name: string;
  readonly fullName: string;
  readonly path: string;
  readonly to: string | null;
  readonly host: string | null;
  readonly leastPools: number;
  readonly mostPools: number;
  readonly pool: number;
  readonly role: string | null;
  readonly database: string | null;
};

/**
 * The pools of a workload: one where a note says its size, otherwise one for each address. None for a workload without a
 * database. What is not known is a finding: a sum without it would be wrong.
 */
export function foundServices(workload: Workload): readonly (FoundService | { readonly finding: Finding })[] {
  const { path, variables, notes } = workload;
  const addresses = addressesIn(variables);
  if (notes.get('copies') === '0') return [];
  if (addresses.length === 0 && !notes.has('pool')) return unseen(workload);
  const noted = wholeOr(notes.get('copies'), null);
  const copies = noted === null ? workload.copies : { least: noted, most: noted };
  const processes = notes.get('processes') ?? variables.get('WEB_CONCURRENCY');
  const unknown = [
    ...unknownNumber(`${path}, pool`, notes.get('pool')),
    ...unknownNumber(`${path}, processes`, processes),
    ...unknownNumber(`${path}, copies`, notes.get('copies')),
    ...(copies === null ? [{ finding: { path, found: 'no number of copies', allowed: COPIES } }] : []),
  ];
  if (unknown.length > 0 || copies === null) return unknown;
  const pools = wholeOr(processes, 1);
  return poolsOf(workload, addresses, { leastPools: copies.least * pools, mostPools: copies.most * pools });
}

function poolsOf(
  { name, fullName, path, notes }: Workload,
  addresses: readonly Address[],
  pools: Pick<FoundService, 'leastPools' | 'mostPools'>,
): readonly (FoundService | { readonly finding: Finding })[] {
  const notedPool = wholeOr(notes.get('pool'), null);
  const counted = notedPool === null ? addresses : [addresses[0] ?? NO_ADDRESS];
  return counted.map(({ variable, kind, url }) => {
    const pool = notedPool ?? url?.pool ?? null;
    if (pool === null) return { finding: poolUnknown(`${path} ${variable}`, kind) };
    const suffix = counted.length === 1 ? '' : ` ${variable}`;
    return {
      ...pools,
      path,
      name: `${name}${suffix}`,
      fullName: `${fullName}${suffix}`,
      to: notes.get('to') ?? null,
      host: url?.host || null,
      pool,
      role: notes.get('role') ?? url?.role ?? null,
      database: notes.get('database') ?? url?.database ?? null,
    };
  });
}

/** A workload with variables that the files do not hold may have a database there. */
function unseen({ path, hidden }: Workload): readonly { readonly finding: Finding }[] {
  if (hidden.length === 0) return [];
  const found = `variables from ${listText(hidden)}, which the files do not hold`;
  return [
    { finding: { path, found, allowed: `${NOTED_POOL}, or 0 copies in the same way if it has no database` } },
  ];
}

const COPIES =
  'the most that run at once, as label headroom.copies (compose) or annotation headroom/copies (Kubernetes); 0 leaves it out';

/** What stands where the address of a database is expected. */
type AddressKind = 'url' | 'unreadable' | 'hidden' | 'host';
type Address = { readonly variable: string; readonly kind: AddressKind; readonly url: DatabaseUrl | null };
const NO_ADDRESS: Address = { variable: '', kind: 'hidden', url: null };

/** Addresses of databases by the names of their variables, equal ones once. */
function addressesIn(variables: Workload['variables']): readonly Address[] {
  const all = [...variables].flatMap(([variable, value]): readonly Address[] => {
    const url = parseDatabaseUrl(value ?? '');
    if (url === 'unreadable') return [{ variable, kind: url, url: null }];
    if (url !== null) return [{ variable, kind: 'url', url }];
    return value === null && ADDRESS_NAME.test(variable) ? [{ variable, kind: 'hidden', url }] : [];
  });
  const keyOf = ({ variable, url }: Address) => JSON.stringify(url ?? variable);
  const own = [...Map.groupBy(all, keyOf).values()].flatMap(([first]) => first ?? []);
  return own.length > 0 ? own : hostsIn(variables);
}

/** Only where there is no URL: many images have both. */
function hostsIn(variables: Workload['variables']): readonly Address[] {
  const [first] = [...variables].filter(([variable, value]) => HOST_NAME.test(variable) && value !== '');
  if (first === undefined) return [];
  const [variable, host] = first;
  const url = host === null ? null : { host: host.toLowerCase(), role: null, database: null, pool: null };
  return [{ variable, kind: 'host', url }];
}

function unknownNumber(
  path: string,
  written: string | null | undefined,
): readonly { readonly finding: Finding }[] {
  if (written === undefined || wholeOr(written, 0) > 0) return [];
  const found = written === null ? 'a value that the file does not hold' : quoted(written);
  return [{ finding: { path, found, allowed: 'a whole number from 1' } }];
}

const NOTED_POOL =
  'the size of all pools of one process as label headroom.pool (compose) or annotation headroom/pool (Kubernetes)';

const FOUND: Readonly<Record<AddressKind, string>> = {
  url: 'a URL without the size of its pool',
  unreadable: 'a URL that cannot be read, perhaps with a special character that is not percent-encoded',
  hidden: 'an address of a database that the file does not hold',
  host: 'the host of a database, and no size of a pool',
};

function poolUnknown(path: string, kind: AddressKind): Finding {
  return { path, found: FOUND[kind], allowed: `connection_limit or pool_size in the URL, or ${NOTED_POOL}` };
}

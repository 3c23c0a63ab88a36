import * as z from 'zod/mini';
import { type Finding, invalid, NOTHING, quoted } from '../base/errors.ts';
import { foreignFields } from '../base/foreign-fields.ts';
import { findingsOf } from '../base/schema-findings.ts';
import type { Budget, BudgetLine, BudgetServer } from './budget.ts';
import type { BudgetFile } from './budget-file.ts';
import { budgetSchema, type WrittenBudget } from './budget-schema.ts';
import { composeServers, isCompose } from './compose-workloads.ts';
import type { FoundService, Workload } from './found-service.ts';
import { servicesOf, workloadsIn } from './found-workloads.ts';
import { kubernetesObjects } from './kubernetes-workloads.ts';
import type { SeenUse } from './seen-use.ts';
import { surgeOf } from './written-values.ts';

/** A budget, and the workloads without a database, which are left out of it. */
export type ReadBudget = {
  readonly budget: Budget;
  readonly leftOut: readonly string[];
  /** What was seen, under the names of the budget. */
  readonly peaks: readonly SeenUse[];
};

/** PostgreSQL's own superuser_reserved_connections. */
const RESERVED = 3;

/**
 * Adds up what budget files, compose files and Kubernetes manifests say. What was seen of a server is worth more than what a
 * file says about its slots.
 * @throws RemediationError `config-invalid` with all problems.
 */
export function parseBudget(files: readonly BudgetFile[], seen: readonly SeenUse[]): ReadBudget {
  const findings: Finding[] = [];
  const written = writtenIn(files, findings);
  const workloads = workloadsIn(files);
  // A workload that is called like a pooler is that pooler.
  const found = servicesOf(workloads.filter(({ name }) => !Object.hasOwn(written.poolers ?? {}, name)));
  const places = placesOf(written, composedIn(files), seen);
  const peaks = seen.map((each) => named(each, places, findings));
  const servers = [...places.servers].flatMap(([name, fields]) => serverOf(name, fields, peaks, findings));
  const lines = [
    ...Object.entries(written.poolers ?? {}).map(([name, pooler]) =>
      poolerLine(name, withCopies(name, pooler, workloads), places, findings),
    ),
    ...(written.services ?? []).map((service, at) =>
      serviceLine(service, `services[${at}]`, places, findings),
    ),
    ...found.flatMap(({ services }) => services.flatMap((service) => foundLine(service, places, findings))),
  ];
  findings.push(...doubles('services', lines));
  if (lines.length === 0 && findings.length === 0) findings.push(NO_LINE);
  if (findings.length > 0) throw invalid('config-invalid', 'The budget', findings);
  const leftOut = found.flatMap(({ workload, services }) => (services.length === 0 ? [workload.name] : []));
  return { budget: { servers, lines }, leftOut, peaks };
}

/** The copies that a manifest has of a pooler, where the budget does not say them. */
function withCopies(name: string, pooler: WrittenPooler, workloads: readonly Workload[]): WrittenPooler {
  const copies = workloads.find((workload) => workload.name === name)?.copies;
  if (copies === null || copies === undefined || pooler.replicas !== undefined) return pooler;
  return { ...pooler, replicas: { min: copies.least, max: copies.most } };
}

const NO_LINE: Finding = {
  path: '(root)',
  found: 'no service that connects to PostgreSQL',
  allowed: 'services in a budget.json, or URLs of PostgreSQL in a compose file or in Kubernetes manifests',
};

/** All budget files as one. Their problems go to `findings`. */
function writtenIn(files: readonly BudgetFile[], findings: Finding[]): WrittenBudget {
  const budgets = files.flatMap(({ file, documents }) =>
    documents
      .filter((document) => !isCompose(document) && kubernetesObjects(document).length === 0)
      .flatMap((document) => {
        findings.push(...lostNames(document, file));
        const read = z.safeParse(budgetSchema, document);
        if (read.success) return [read.data];
        const own = findingsOf(read.error, document);
        findings.push(...own.map((each) => ({ ...each, path: `${file} ${each.path}` })));
        return [];
      }),
  );
  const targets = budgets.flatMap(({ servers, poolers }) =>
    [servers ?? {}, poolers ?? {}].flatMap(Object.keys),
  );
  findings.push(
    ...doubles(
      'servers and poolers',
      targets.map((name) => ({ name })),
    ),
  );
  return {
    servers: Object.assign({}, ...budgets.map(({ servers }) => servers)),
    poolers: Object.assign({}, ...budgets.map(({ poolers }) => poolers)),
    services: budgets.flatMap(({ services }) => services ?? []),
  };
}

/** The schema reads objects by their names, and no object of JavaScript can have this one for a field of its own. */
function lostNames(document: unknown, file: string): readonly Finding[] {
  const { servers, poolers } = foreignFields(document);
  const lists = Object.entries(foreignFields(servers)).flatMap(([name, server]) =>
    (['roles', 'databases'] as const).map(
      (list) => [`servers.${name}.${list}`, foreignFields(server)[list]] as const,
    ),
  );
  return [['servers', servers] as const, ['poolers', poolers] as const, ...lists]
    .filter(([, names]) => Object.hasOwn(foreignFields(names), '__proto__'))
    .map(([path]) => ({ path: `${file} ${path}`, found: '"__proto__"', allowed: 'another name' }));
}

function composedIn(files: readonly BudgetFile[]): ReadonlyMap<string, WrittenServer> {
  const servers = files.flatMap(({ documents }) => documents.filter(isCompose).flatMap(composeServers));
  return new Map(
    servers.map(({ name, maxConnections, hosts }) => [
      name,
      { hosts: [...hosts], ...(maxConnections !== null && { maxConnections }) },
    ]),
  );
}

type WrittenServer = NonNullable<WrittenBudget['servers']>[string];
type WrittenPooler = NonNullable<WrittenBudget['poolers']>[string];
type WrittenService = NonNullable<WrittenBudget['services']>[number];

/** What a line can connect to. */
type Places = {
  readonly servers: ReadonlyMap<string, WrittenServer>;
  readonly poolers: ReadonlyMap<string, WrittenPooler>;
};

function placesOf(
  { servers = {}, poolers = {} }: WrittenBudget,
  composed: ReadonlyMap<string, WrittenServer>,
  seen: readonly SeenUse[],
): Places {
  const named = new Map([...composed, ...Object.entries(servers)]);
  const [first] = seen;
  if (named.size === 0 && first !== undefined) named.set(first.server, {});
  return { servers: named, poolers: new Map(Object.entries(poolers)) };
}

/** Where a budget has one server, that is the one which answered, whatever its address is. */
function named(seen: SeenUse, { servers }: Places, findings: Finding[]): SeenUse {
  const names = [...servers.keys()];
  const [only] = names;
  if (names.includes(seen.server)) return seen;
  if (seen.from === 'server' && names.length === 1 && only !== undefined) return { ...seen, server: only };
  const allowed = `the name of a server of the budget: ${names.slice(0, 10).join(', ')}`;
  findings.push({ path: `the ${seen.from}`, found: quoted(seen.server), allowed });
  return seen;
}

function serverOf(
  name: string,
  { maxConnections, reserved = RESERVED, roles = {}, databases = {} }: WrittenServer,
  seen: readonly SeenUse[],
  findings: Finding[],
): readonly BudgetServer[] {
  const real = seen.find(({ server }) => server === name);
  if (real !== undefined) {
    const { usable, roleLimits, databaseLimits } = real;
    return [
      {
        name,
        usable,
        roles: new Map([...Object.entries(roles), ...roleLimits]),
        databases: new Map([...Object.entries(databases), ...databaseLimits]),
      },
    ];
  }
  if (maxConnections === undefined) {
    const allowed = 'max_connections of the server, or the server itself by --url, --server or --record';
    findings.push({ path: `servers.${name}.maxConnections`, found: NOTHING, allowed });
    return [];
  }
  const usable = Math.max(0, maxConnections - reserved);
  return [
    { name, usable, roles: new Map(Object.entries(roles)), databases: new Map(Object.entries(databases)) },
  ];
}

function copiesOf(
  replicas: WrittenService['replicas'],
  processes = 1,
): Pick<BudgetLine, 'leastPools' | 'mostPools'> {
  if (typeof replicas !== 'object') {
    const pools = (replicas ?? 1) * processes;
    return { leastPools: pools, mostPools: pools };
  }
  const { min = replicas.max, max, surge = 0 } = replicas;
  return { leastPools: min * processes, mostPools: (max + (surgeOf(surge, max) ?? 0)) * processes };
}

function poolerLine(name: string, pooler: WrittenPooler, places: Places, findings: Finding[]): BudgetLine {
  const { pool, reserve = 0, maxDatabaseConnections = null, maxClients = null } = pooler;
  return {
    name,
    kind: 'pooler',
    to: target(pooler.to, `poolers.${name}.to`, [...places.servers.keys()], findings),
    ...copiesOf(pooler.replicas, pooler.processes),
    pool,
    role: null,
    database: null,
    pooler: { reserve, maxDatabaseConnections, maxClients },
  };
}

function serviceLine(service: WrittenService, path: string, places: Places, findings: Finding[]): BudgetLine {
  const { name, to, replicas, processes, pool, role = null, database = null } = service;
  const targets = [...places.servers.keys(), ...places.poolers.keys()];
  return {
    name,
    kind: 'service',
    to: target(to, `${path}.to`, targets, findings),
    ...copiesOf(replicas, processes),
    pool,
    role,
    database,
    pooler: null,
  };
}

function foundLine(
  found: FoundService | { readonly finding: Finding },
  places: Places,
  findings: Finding[],
): readonly BudgetLine[] {
  if ('finding' in found) {
    findings.push(found.finding);
    return [];
  }
  const { name, path, leastPools, mostPools, pool, role, database } = found;
  const targets = [...places.servers.keys(), ...places.poolers.keys()];
  const to = found.to ?? placeOfHost(found.host, places);
  const at = target(to, `${path}, host ${quoted(found.host)}`, targets, findings);
  return [{ name, kind: 'service', to: at, leastPools, mostPools, pool, role, database, pooler: null }];
}

/** The server or pooler with this host name. `pgbouncer.db.svc` is `pgbouncer`. */
function placeOfHost(host: string | null, { servers, poolers }: Places): string | undefined {
  if (host === null) return undefined;
  const isAt = ([name, { hosts = [] }]: readonly [
    string,
    { readonly hosts?: readonly string[] | undefined },
  ]) =>
    [name, ...hosts].some((each) => host === each.toLowerCase() || host.startsWith(`${each.toLowerCase()}.`));
  return [...poolers, ...servers].find(isAt)?.[0];
}

/** The only target where none is written. */
function target(
  written: string | undefined,
  path: string,
  targets: readonly string[],
  findings: Finding[],
): string {
  const [only] = targets;
  if (written !== undefined && targets.includes(written)) return written;
  if (written === undefined && targets.length === 1 && only !== undefined) return only;
  const allowed =
    targets.length === 0
      ? 'servers in a budget.json, or a server by --server, --url or --record'
      : `one of ${targets.slice(0, 10).join(', ')}; "hosts" of a server or pooler names its hosts`;
  findings.push({ path, found: quoted(written), allowed });
  return '';
}

function doubles(path: string, those: readonly { readonly name: string }[]): readonly Finding[] {
  return [...Map.groupBy(those, ({ name }) => name)]
    .filter(([, alike]) => alike.length > 1)
    .map(([name]) => ({ path, found: `${quoted(name)} twice`, allowed: 'a name for each' }));
}

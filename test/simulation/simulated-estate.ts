import { OPT_IN_TAG } from '../../functions/contract.ts';
import type { ResourceTag } from '../../functions/core/fleet/database-tags.ts';
import type { RdsCluster, RdsInstance, RdsView } from '../../functions/core/fleet/rds-view.ts';
import { rdsCluster, rdsInstance, VPC } from '../support/fleet.ts';
import { type SimulatedServer, simulatedServer } from './simulated-server.ts';

/** What AWS knows of one database from a moment on. */
export type DatabaseState = {
  readonly at: number;
  readonly exists: boolean;
  readonly name: string;
  /** The opt-in tag; null for none. */
  readonly tag: string | null;
  readonly policy: string | null;
  readonly status: string;
  readonly exportsLog: boolean;
  /** The least capacity of its Aurora cluster of Serverless v2, of which it is the only member; null for an instance of RDS. */
  readonly capacity: number | null;
};

/** A database with all that it was so far. */
export type SimulatedDatabase = {
  readonly key: string;
  readonly resource: string;
  readonly createdAt: number;
  readonly history: DatabaseState[];
  readonly server: SimulatedServer;
};

/** The databases of a cell as they are, behind every API. */
export type Estate = {
  readonly databases: Map<string, SimulatedDatabase>;
  readonly create: (resource: string, first: DatabaseState, slots: number) => SimulatedDatabase;
  readonly change: (key: string, at: number, changed: Partial<Omit<DatabaseState, 'at'>>) => void;
  /** What the API of RDS shows that is not newer than a moment. */
  readonly viewAt: (moment: number) => RdsView;
  /** The database that an address leads to; null for none. */
  readonly behind: (host: string | null) => SimulatedDatabase | null;
};

/** A server without a leak works with this share of its slots. */
const AT_WORK = 0.2;

export function estate(): Estate {
  const databases: Estate['databases'] = new Map();
  let changes: number[] = [];
  let shown: { readonly until: number; readonly from: number; readonly view: RdsView } | null = null;
  let hosts: ReadonlyMap<string, SimulatedDatabase> | null = null;
  const changed = (at: number) => {
    changes = [...changes, at].toSorted((one, other) => one - other);
    [shown, hosts] = [null, null];
  };
  return {
    databases,
    create: (resource, first, slots) => {
      const server = simulatedServer(slots, Math.floor(slots * AT_WORK));
      const key = `${VPC}#${resource}`;
      const database = { key, resource, createdAt: first.at, history: [first], server };
      databases.set(key, database);
      changed(first.at);
      return database;
    },
    change: (key, at, given) => {
      const database = databases.get(key);
      const last = database?.history.at(-1);
      if (database === undefined || last === undefined) throw new Error(`There is no ${key}.`);
      database.history.push({ ...last, ...given, at });
      changed(at);
    },
    viewAt: (moment) => {
      if (shown !== null && moment >= shown.from && moment < shown.until) return shown.view;
      const view = viewOf(databases, moment);
      const from = changes.findLast((at) => at <= moment) ?? Number.NEGATIVE_INFINITY;
      const until = changes.find((at) => at > moment) ?? Number.POSITIVE_INFINITY;
      shown = { from, until, view };
      return view;
    },
    behind: (host) => {
      hosts ??= hostsOf(databases);
      return hosts.get(host ?? '') ?? null;
    },
  };
}

export function hostOf(name: string): string {
  return `${name}.abc.eu-central-1.rds.amazonaws.com`;
}

function hostsOf(databases: Estate['databases']): ReadonlyMap<string, SimulatedDatabase> {
  const there = [...databases.values()].flatMap((each) => {
    const last = each.history.at(-1);
    return last?.exists === true ? [[hostOf(last.name), each] as const] : [];
  });
  return new Map(there);
}

/** What a database was at a moment; null before it was made. */
export function stateAt(
  { history }: Pick<SimulatedDatabase, 'history'>,
  moment: number,
): DatabaseState | null {
  return history.findLast(({ at }) => at <= moment) ?? null;
}

function viewOf(databases: Estate['databases'], moment: number): RdsView {
  const there = [...databases.values()].flatMap(({ resource, history }) => {
    const state = stateAt({ history }, moment);
    return state?.exists === true ? [{ resource, state }] : [];
  });
  return {
    instances: there.map(({ resource, state }) => instanceOf(resource, state)).toSorted(byName),
    clusters: there.flatMap(({ resource, state }) => clusterOf(resource, state)).toSorted(byName),
  };
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}

function instanceOf(resource: string, state: DatabaseState): RdsInstance {
  const { name, status, exportsLog, capacity } = state;
  const known = { resource, name, host: hostOf(name), status };
  if (capacity === null) return rdsInstance({ ...known, exportsLog, tags: tagsOf(state) });
  // The tags of the cluster decide, and its logs are exported.
  const ofMember = {
    cluster: clusterNameOf(name),
    instanceClass: 'db.serverless',
    engine: 'aurora-postgresql',
  };
  return rdsInstance({ ...known, ...ofMember, exportsLog: false, tags: [] });
}

function clusterOf(resource: string, state: DatabaseState): readonly RdsCluster[] {
  const { name, status, exportsLog, capacity } = state;
  if (capacity === null) return [];
  const known = { resource: resource.replace(/^db/, 'cluster'), name: clusterNameOf(name), status };
  return [rdsCluster({ ...known, minimumCapacity: capacity, exportsLog, tags: tagsOf(state) })];
}

function clusterNameOf(name: string): string {
  return `${name}-cluster`;
}

/** The group that the log is exported to: that of a cluster has the lines of all its members. */
export function logGroupOf({ name, capacity }: Pick<DatabaseState, 'name' | 'capacity'>): string {
  return capacity === null
    ? `/aws/rds/instance/${name}/postgresql`
    : `/aws/rds/cluster/${clusterNameOf(name)}/postgresql`;
}

function tagsOf({ tag, policy }: DatabaseState): readonly ResourceTag[] {
  const written = { [OPT_IN_TAG]: tag, 'pg-headroom:policy': policy, team: 'shop' };
  return Object.entries(written).flatMap(([key, value]) => (value === null ? [] : [{ key, value }]));
}

import { OPT_IN_TAG } from '../../functions/contract.ts';
import type { RdsInstance, RdsView } from '../../functions/core/fleet/rds-view.ts';
import { rdsInstance, VPC } from '../support/fleet.ts';
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
export function stateAt({ history }: SimulatedDatabase, moment: number): DatabaseState | null {
  return history.findLast(({ at }) => at <= moment) ?? null;
}

function viewOf(databases: Estate['databases'], moment: number): RdsView {
  const instances = [...databases.values()].flatMap((database): readonly RdsInstance[] => {
    const state = stateAt(database, moment);
    return state?.exists === true ? [instanceOf(database.resource, state)] : [];
  });
  return { instances, clusters: [] };
}

function instanceOf(resource: string, { name, tag, policy, status, exportsLog }: DatabaseState): RdsInstance {
  const written = { [OPT_IN_TAG]: tag, 'pg-headroom:policy': policy, team: 'shop' };
  const tags = Object.entries(written).flatMap(([key, value]) => (value === null ? [] : [{ key, value }]));
  return rdsInstance({ resource, name, host: hostOf(name), status, exportsLog, tags });
}

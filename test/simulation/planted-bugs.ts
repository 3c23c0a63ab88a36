import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import type { RegistryRow } from '../../functions/fleet/dispatch-ports.ts';
import { fleetRun } from '../../functions/fleet/fleet-run.ts';
import { knownServer } from '../../functions/fleet/known-databases.ts';
import type { Database, RemediatePorts } from '../../functions/remediate/ports.ts';
import type { Product } from './product.ts';

/** The product with one mistake in it. Each is planted from outside, by another port or function. */
export const PLANTED_BUGS: Readonly<Record<string, () => Partial<Product>>> = {
  'the tag is not checked': () => ({
    portsOfDispatch: (ports) => ({
      ...ports,
      describe: async () => {
        const { instances, clusters } = await ports.describe();
        const tags = [{ key: 'pg-headroom', value: 'enforce' }];
        return { clusters, instances: instances.map((each) => ({ ...each, tags })) };
      },
    }),
  }),
  'the lock is skipped': () => ({
    portsOfRun: (ports) => ({
      ...ports,
      portsOf: (run) =>
        withDatabase(ports.portsOf(run), (database) => ({
          ...database,
          tryLock: async () => ({ locked: true, holders: [], total: 0 }),
        })),
    }),
  }),
  'a token has no end': () => ({
    portsOfIntake: (ports) => ({
      ...ports,
      takeClaim: (claim) => ports.takeClaim({ ...claim, until: Number.MAX_SAFE_INTEGER }),
    }),
  }),
  'databases share their slots': () => {
    const shared = knownServer();
    return {
      portsOfRun: (ports) => ({
        ...ports,
        portsOf: (run) =>
          withDatabase(ports.portsOf(run), (database) => ({
            ...database,
            countSlots: async () => {
              const count = await database.countSlots();
              if (count === null) return null;
              const slots = shared.slots.of('since', ports.now()) ?? count.slots;
              shared.slots.keep(slots, 'since');
              shared.slots.checked(ports.now());
              return { ...count, slots };
            },
          })),
      }),
    };
  },
  /** The dispatcher says what a run may do, and the run believes it. */
  'the mode comes with the event': () => ({
    portsOfRun: (ports) => ({
      ...ports,
      readRun: async (key, policy) => {
        const rows = await ports.readRun(key, policy);
        const accepted = JSON.stringify({ by: 'the event', at: new Date(0).toISOString() });
        const database = rows.database && { key, texts: { ...rows.database.texts, accepted } };
        return {
          ...rows,
          database,
          switches: null,
          memory: { ...NOTHING_REMEMBERED, fleet: rows.memory.fleet },
        };
      },
    }),
  }),
  'a retry doubles a run': () => ({
    portsOfDispatch: (ports) => ({
      ...ports,
      invokeRun: async (name, event) => {
        await ports.invokeRun(name, event);
        await ports.invokeRun(name, event);
      },
    }),
  }),
  'the quarantine goes by the name': () => ({
    portsOfDispatch: (ports) => ({
      ...ports,
      writeDatabase: async (write) => {
        const rows = await ports.readRegistry();
        const named = rows.map(itemIn).filter(({ name }) => name === write.item.name);
        const ends = [...named.map(({ observeUntil }) => String(observeUntil)), write.item.observeUntil];
        const observeUntil = ends.toSorted()[0] ?? write.item.observeUntil;
        await ports.writeDatabase({ ...write, item: { ...write.item, observeUntil } });
      },
    }),
  }),
  'filters are ours by the beginning of their name': () => ({
    portsOfTriggers: (ports, logs) => ({
      ...ports,
      removeSubscription: async (group) => {
        await ports.removeSubscription(group);
        const left = (logs.groups.get(group) ?? []).filter(
          ({ name }) => !name.startsWith('pg-headroom-fleet'),
        );
        logs.groups.set(group, left);
      },
    }),
  }),
  'a switch is read once': () => {
    let switches: RegistryRow | null | undefined;
    return {
      portsOfRun: (ports) => ({
        ...ports,
        readRun: async (key, policy) => {
          const rows = await ports.readRun(key, policy);
          switches ??= rows.switches ?? { key: CELL_KEYS.switch, texts: {} };
          return { ...rows, switches };
        },
      }),
    };
  },
  'a period may begin twice': () => ({
    portsOfDispatch: (ports) => ({
      ...ports,
      takeClaim: async (claim) => {
        await ports.takeClaim(claim);
        return true;
      },
    }),
  }),
  'a run ends once more what it ended': () => ({
    fleetRun: (event, invocation, ports) =>
      fleetRun(event, invocation, {
        ...ports,
        portsOf: (run) =>
          withDatabase(ports.portsOf(run), (database) => ({
            ...database,
            terminate: async (sessions) => {
              const results = await database.terminate(sessions);
              const { sessions: left } = await database.readSnapshot();
              await database.terminate(left.slice(0, sessions.length + 3));
              return results;
            },
          })),
      }),
  }),
};

function itemIn({ texts }: RegistryRow): Readonly<Record<string, unknown>> {
  return JSON.parse(texts.item ?? '{}');
}

function withDatabase(ports: RemediatePorts, change: (database: Database) => Database): RemediatePorts {
  const connect: RemediatePorts['connect'] = async (deadline) => {
    const connection = await ports.connect(deadline);
    return 'problem' in connection ? connection : { ...connection, database: change(connection.database) };
  };
  return { ...ports, connect };
}

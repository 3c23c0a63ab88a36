import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import type { Slots } from '../../functions/core/server/snapshot.ts';
import type { RegistryRow } from '../../functions/fleet/dispatch-ports.ts';
import { fleetRun } from '../../functions/fleet/fleet-run.ts';
import { knownServer } from '../../functions/fleet/known-databases.ts';
import { reportParcel } from '../../functions/fleet/report-parcel.ts';
import type { RunRows } from '../../functions/fleet/resolve-run.ts';
import type { Database, RemediatePorts } from '../../functions/remediate/ports.ts';
import { PROOF_TEXT } from '../support/fleet.ts';
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
        const { proof } = rows.switches?.texts ?? {};
        const accepted = JSON.stringify({ by: 'the event', at: new Date(0).toISOString() });
        const database = rows.database && { key, texts: { ...rows.database.texts, accepted } };
        return {
          ...rows,
          database,
          switches: { key: CELL_KEYS.switch, texts: proof === undefined ? {} : { proof } },
          memory: { ...NOTHING_REMEMBERED, fleet: rows.memory.fleet },
        };
      },
    }),
  }),
  'a cell needs no proof': () => ({
    portsOfRun: (ports) => ({
      ...ports,
      readRun: async (key, policy) => {
        const rows = await ports.readRun(key, policy);
        const texts = { ...rows.switches?.texts, proof: PROOF_TEXT };
        return { ...rows, switches: { key: CELL_KEYS.switch, texts } };
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
  'the quarantine goes by the name': () => {
    const endsByName = new Map<string, string>();
    return {
      portsOfDispatch: (ports) => ({
        ...ports,
        writeDatabase: async (write) => {
          const observeUntil = endsByName.get(write.item.name) ?? write.item.observeUntil;
          endsByName.set(write.item.name, observeUntil);
          await ports.writeDatabase({ ...write, item: { ...write.item, observeUntil } });
        },
      }),
    };
  },
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
  'what is corrupt counts as what was there before': () => ({
    portsOfRun: (ports) => ({
      ...ports,
      readRun: async (key, policy) => withoutProblem(await ports.readRun(key, policy)),
      readPolicy: async (name) => {
        const policy = await ports.readPolicy(name);
        return withoutProblem({ database: null, switches: null, policy, memory: NOTHING_REMEMBERED }).policy;
      },
    }),
  }),
  'what a batch leaves unread counts as missing': () => ({
    readBatch: async (keys, send) => (await send(keys)).Responses ?? {},
  }),
  'databases that pause are swept': () => ({
    portsOfDispatch: (ports) => ({
      ...ports,
      describe: async () => {
        const { instances, clusters } = await ports.describe();
        return { instances, clusters: clusters.map((each) => ({ ...each, minimumCapacity: null })) };
      },
    }),
  }),
  'slots are known for ever': () => {
    const known = new Map<string, Slots>();
    return {
      portsOfRun: (ports) => ({
        ...ports,
        portsOf: (run) =>
          withDatabase(ports.portsOf(run), (database) => ({
            ...database,
            readSnapshot: async () => {
              const snapshot = await database.readSnapshot();
              const slots = known.get(run.database.key) ?? snapshot.slots;
              known.set(run.database.key, slots);
              return { ...snapshot, slots };
            },
          })),
      }),
    };
  },
  'an event that expired is forgotten': () => ({
    reportParcel: async (delivery, ports) => {
      if (delivery.destination.kind !== 'expired') await reportParcel(delivery, ports);
    },
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

/** A switch or a policy that cannot be read is taken for one that says nothing. */
function withoutProblem(rows: RunRows): RunRows {
  const { switches, policy } = rows;
  const { organisation: _, ...others } = switches?.texts ?? {};
  const copy = JSON.parse(policy?.texts.item ?? 'null');
  return {
    ...rows,
    switches: switches && { ...switches, texts: others },
    policy: policy && {
      ...policy,
      texts: { item: JSON.stringify({ ...copy, text: copy?.text ?? '{}', problem: null }) },
    },
  };
}

function withDatabase(ports: RemediatePorts, change: (database: Database) => Database): RemediatePorts {
  const connect: RemediatePorts['connect'] = async (deadline) => {
    const connection = await ports.connect(deadline);
    return 'problem' in connection ? connection : { ...connection, database: change(connection.database) };
  };
  return { ...ports, connect };
}

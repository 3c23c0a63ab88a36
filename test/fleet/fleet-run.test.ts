import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../functions/core/base/errors.ts';
import { proofText } from '../../functions/core/fleet/cell-proof.ts';
import { type RegisteredDatabase, registryItemText } from '../../functions/core/fleet/registry-item.ts';
import { type FleetTrigger, runEventOf } from '../../functions/core/fleet/run-event.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import { fleetRun } from '../../functions/fleet/fleet-run.ts';
import type { FleetRunPorts, Parcel } from '../../functions/fleet/fleet-run-ports.ts';
import type { ResolvedRun, RunRows } from '../../functions/fleet/resolve-run.ts';
import type { Database, RemediatePorts } from '../../functions/remediate/ports.ts';
import { someSlots } from '../support/builders.ts';
import { FLEET_NOW, PROOF, PROOF_TEXT, registered } from '../support/fleet.ts';
import { sessionsOf, snapshotOf } from '../support/records.ts';

const HOUR = 3_600_000;

/** A server of 57 usable slots, as far as a run asks it. */
function server(used: number, problem: ErrorCode | null) {
  const terminated: number[] = [];
  const idle = sessionsOf([{ count: used, user: 'app', fromAgeMs: 2 * HOUR, toAgeMs: 2 * HOUR }]);
  const left = () => idle.filter(({ pid }) => pid === null || !terminated.includes(pid));
  const database: Database = {
    tryLock: async () => ({ locked: true, holders: [], total: 0 }),
    countSlots: async () => ({ slots: someSlots({ max: 60 }), used }),
    readSnapshot: async () => snapshotOf(left()),
    readConfiguration: async () => null,
    terminate: async (sessions) => {
      terminated.push(...sessions.flatMap(({ pid }) => (pid === null ? [] : [pid])));
      return sessions.map(() => 'signalled');
    },
    close: async () => {},
  };
  const connecting = { attempts: 1, refusals: [] };
  const connect: RemediatePorts['connect'] = async () =>
    problem === null ? { database, connecting } : { problem: { code: problem, message: 'no' }, connecting };
  return { terminated, connect };
}

/** The deadline of a run never comes. */
const untilAbort = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

type Given = {
  readonly database?: RegisteredDatabase | null;
  readonly memory?: Partial<Memory>;
  readonly policies?: Readonly<Record<string, string>>;
  readonly people?: string;
  /** Null where there is none. */
  readonly proof?: string | null;
  readonly used?: number;
  readonly problem?: ErrorCode;
  readonly item?: string;
};

function stage(given: Given) {
  const { database = registered(), memory, policies = {}, people, proof = PROOF_TEXT } = given;
  const { used = 5, problem, item } = given;
  const at = server(used, problem ?? null);
  const [posted, logged, connected, reads]: [Parcel[], string[], ResolvedRun[], string[]] = [[], [], [], []];
  const policyRow = (name: string) => {
    reads.push(name);
    const text = policies[name];
    const copy = { name, text, hash: 'h', etag: null, problem: null, copiedAt: 'now' };
    const key = `cell#policy#${name}`;
    return { key, texts: text === undefined ? {} : { item: JSON.stringify(copy) } };
  };
  const rows: Omit<RunRows, 'policy'> = {
    database: database && { key: database.key, texts: { item: item ?? registryItemText(database) } },
    switches: {
      key: 'cell#switch',
      texts: { ...(people !== undefined && { people }), ...(proof !== null && { proof }) },
    },
    memory: { ...NOTHING_REMEMBERED, ...memory },
  };
  const ports: FleetRunPorts = {
    readRun: async (_key, policy) => ({ ...rows, policy: policyRow(policy) }),
    readPolicy: async (name) => policyRow(name),
    portsOf: (run) => {
      connected.push(run);
      return {
        ownRole: async () => run.role,
        connect: at.connect,
        recall: async () => ({ kind: 'read', table: 't', paused: run.memory.paused }),
        readPooler: async () => null,
        now: () => FLEET_NOW,
        sleep: (_ms, signal) => (signal === undefined ? Promise.resolve() : untilAbort(signal)),
        log: () => {},
      };
    },
    post: async (parcel) => void posted.push(parcel),
    now: () => FLEET_NOW,
    log: (event) => void logged.push(event),
  };
  const run = (trigger: FleetTrigger = 'sweep', guess?: string) => {
    const event = runEventOf(database ?? registered(), trigger, FLEET_NOW);
    return fleetRun(
      { ...event, ...(guess !== undefined && { policy: guess }) },
      { runId: 'run-1', deadline: FLEET_NOW + 30_000 },
      ports,
    );
  };
  return { run, posted, logged, connected, reads, terminated: at.terminated };
}

describe('A quiet run', () => {
  test('leaves a line in the log and nothing else', async () => {
    const at = stage({});
    const record = await at.run();
    expect(record).toMatchObject({ outcome: 'healthy', server: 'orders', mode: 'enforce' });
    expect([at.posted, at.logged]).toEqual([[], ['quiet-run']]);
  });

  test.each<[string, Given]>([
    ['that finds the slots busier than is remembered', { used: 23 }],
    [
      'that finds them calm again',
      {
        used: 19,
        memory: {
          fleet: {
            failures: 0,
            failedAt: null,
            failedBy: null,
            busyAt: '2026-11-29T02:00:00.000Z',
            lastRunId: 'r',
          },
        },
      },
    ],
    [
      'that gets in after failures',
      {
        memory: {
          fleet: {
            failures: 2,
            failedAt: null,
            failedBy: 'connect-unreachable',
            busyAt: null,
            lastRunId: 'r',
          },
        },
      },
    ],
    ['while a lock was taken', { memory: { busySince: '2026-11-29T02:00:00.000Z' } }],
    ['that cannot get in', { problem: 'connect-unreachable' }],
    ['of a full server', { used: 57 }],
  ])('is none %s', async (_what, given) => {
    const at = stage(given);
    await at.run();
    expect(at.posted).toHaveLength(1);
  });

  test('stays quiet while a message of another run waits for its topic: only the report of that run has it', async () => {
    const at = stage({ memory: { untold: [{ runId: 'r', story: null, taken: [], checks: [] }] } });
    await at.run();
    expect(at.posted).toEqual([]);
  });

  test('stays quiet at the edge of 40 %', async () => {
    const busy = {
      failures: 0,
      failedAt: null,
      failedBy: null,
      busyAt: '2026-11-29T02:00:00.000Z',
      lastRunId: 'r',
    };
    for (const given of [
      { used: 22 },
      { used: 23, memory: { fleet: busy } },
      { used: 20, memory: { fleet: busy } },
    ]) {
      const at = stage(given);
      await at.run();
      expect([given.used, at.posted.length]).toEqual([given.used, 0]);
    }
  });

  test('after a refusal is told, because it explains nothing', async () => {
    const at = stage({});
    expect(await at.run('refusal')).toMatchObject({ trigger: { kind: 'log-lines', logStream: 'orders' } });
    expect(at.posted).toHaveLength(1);
  });

  test('after an alarm on many databases is quiet, because most of them refused nobody', async () => {
    const at = stage({});
    expect(await at.run('alarm')).toMatchObject({ trigger: { kind: 'schedule' } });
    expect(at.posted).toHaveLength(0);
  });
});

describe('A run of a full server', () => {
  test('that enforces logs in as the role that may signal, and ends sessions', async () => {
    const at = stage({ used: 57 });
    const record = await at.run();
    expect(at.connected[0]?.role).toBe('headroom');
    expect(at.terminated.length).toBeGreaterThan(0);
    expect(record).toMatchObject({
      fleet: { key: registered().key, policy: 'default', role: 'headroom', limits: [] },
    });
    expect(at.posted[0]).toMatchObject({
      key: registered().key,
      run: 'run-1',
      facts: { failedBy: null, isBusy: true },
    });
  });

  const pause = { at: '2026-11-29T02:00:00.000Z', by: 'alice', reason: null, until: null };
  test.each<[string, Given, string]>([
    ['the tag observes', { database: registered({ tag: 'observe' }) }, 'tag'],
    [
      'it is in quarantine',
      { database: registered({ observeUntil: '2026-11-29T04:00:00.000Z' }) },
      'quarantine',
    ],
    ['its policy observes', { policies: { default: '{"mode":"observe"}' } }, 'policy'],
    ['its policy is missing', { database: registered({ policy: 'strict' }) }, 'policy'],
    ['its policy does not parse', { policies: { default: '{' } }, 'policy'],
    ["the cell's switch observes", { people: '{"mode":"observe"}' }, 'cell'],
    ["the cell's switch cannot be read", { people: '{' }, 'cell'],
    ['nothing proves the logins of its cell', { proof: null }, 'proof'],
    ['the proof cannot be read', { proof: '{' }, 'proof'],
    ['the proof failed', { proof: proofText({ ...PROOF, kind: 'failed' }) }, 'proof'],
    ['it is paused', { memory: { paused: pause } }, 'pause'],
  ])('ends nothing while %s, and logs in as the role that only observes', async (_what, given, source) => {
    const at = stage({ ...given, used: 57 });
    const record = await at.run();
    expect(at.terminated).toEqual([]);
    expect(record).toMatchObject({ fleet: { role: 'headroom_observer', limits: [{ source }] } });
  });
});

describe('Nothing is touched', () => {
  test.each<[string, Given]>([
    ['that the registry does not have', { database: null }],
    ['without the tag', { database: registered({ tag: 'absent', standing: 'untagged' }) }],
    ['that is stopped', { database: registered({ standing: 'skipped', why: 'status' }) }],
    ['in a cell that is off', { people: '{"mode":"off"}' }],
    ['whose policy is off', { policies: { default: '{"mode":"off"}' } }],
  ])('of a database %s', async (_what, given) => {
    const at = stage({ ...given, used: 57 });
    expect(await at.run()).toBeNull();
    expect([at.connected, at.posted, at.logged]).toEqual([[], [], ['nothing-to-do']]);
  });

  test('where the item of the database cannot be read, which is an error', async () => {
    const at = stage({ item: '{' });
    await expect(at.run()).rejects.toMatchObject({ code: 'registry-unreadable' });
    expect(at.connected).toEqual([]);
  });
});

describe('The policy', () => {
  const policies = { strict: '{"mode":"observe"}', mild: '{"mode":"enforce"}' };
  const database = registered({ policy: 'strict' });

  test('is that of the registry, whatever the event guesses', async () => {
    const at = stage({ database, policies, used: 57 });
    expect(await at.run('sweep', 'mild')).toMatchObject({
      mode: 'observe',
      fleet: { policy: 'strict', policyHash: 'h' },
    });
    expect(at.reads).toEqual(['mild', 'strict']);
  });

  test('is read with everything else where the guess is right', async () => {
    const at = stage({ database, policies });
    await at.run();
    expect(at.reads).toEqual(['strict']);
  });

  test('that names no mode leaves it to the tag', async () => {
    const { mode } = parsePolicy({});
    expect(mode).toBe('observe');
    expect(await stage({ policies: { default: '{}' } }).run()).toMatchObject({ mode: 'enforce' });
  });
});

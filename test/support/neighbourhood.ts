import { setTimeout as sleep } from 'node:timers/promises';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { startStorm } from '../bench/storm-process.ts';
import { type CellOfBundles, type ShownDatabase, startCellOfBundles } from './cell-of-bundles.ts';
import { selfSignedCertificates } from './certificates.ts';
import { startEnrolledServer } from './enrolled-server.ts';
import type { Role, TestServer } from './postgres-server.ts';
import { listenOnLoopback } from './proxy.ts';
import { createRole } from './roles.ts';
import { fillUntilRefused } from './sessions.ts';

/**
 * A cell of bundles with real servers that are full, and three databases that would disturb the others if anything could: one
 * takes connections and says nothing, clients storm one that stays full, and one has a policy that does not parse.
 */
export type Neighbourhood = {
  readonly cell: CellOfBundles;
  /** Fills every server again, and waits until the sessions are old enough to go. */
  readonly fill: () => Promise<void>;
  /**
   * One period, with the three, or with their tags at `off`. The storm rages in both, because it takes CPU of the one machine on
   * which all this runs.
   */
  readonly period: (withBad: boolean) => Promise<readonly PeriodRun[]>;
};

/** A run that left a record, with the milliseconds from the period's begin until it had verified that slots were free, or given up. */
export type PeriodRun = { readonly name: string; readonly record: RunRecord; readonly ms: number };

export const BAD = { silent: 'silent', storming: 'storming', broken: 'broken' } as const;

type Member = { readonly name: string; readonly server: TestServer; readonly leaking: Role };

const SLOTS = 16;
/** The shortest idle time at which a policy may end a session is 10 s. */
const IDLE_MS = 10_500;
const POLICY = { mode: 'enforce', relieve: { ladder: [{ state: 'idle', minAge: '10s' }] } };
/** Together a hundred refusals a second at most. */
const STORM = { clients: 20, backoffMs: 200 };
/** Logs are delivered in batches. */
const BATCH_MS = 1_000;

/** `others` are the servers besides the three. */
export async function openNeighbourhood(stack: AsyncDisposableStack, others: number): Promise<Neighbourhood> {
  const certificates = await selfSignedCertificates();
  const names = Array.from({ length: others }, (_, index) => `other-${index}`);
  const enrolled = await startTogether([...names, BAD.storming, BAD.broken], certificates, stack);
  const members = enrolled.map(({ member }) => member);
  const silent = stack.use(await listenOnLoopback(() => {}));
  const cell = await startCellOfBundles(stack, enrolled[0]?.caFile ?? '');
  cell.putInHub('policies/default.json', JSON.stringify(POLICY));
  cell.putInHub('policies/broken.json', JSON.stringify(POLICY).slice(0, -2));
  const show = (withBad: boolean) => cell.show(shown(members, silent, withBad));
  show(true);
  await cell.dispatch();
  await cell.prove();
  await cell.acceptAll();
  await cell.takeRecords();
  return {
    cell,
    fill: async () => {
      await Promise.all(members.map(fillMember));
      await sleep(IDLE_MS);
    },
    period: async (withBad) => {
      show(withBad);
      const storming = members.find(({ name }) => name === BAD.storming);
      await using _ = storming === undefined ? null : await stormOn(storming, withBad ? cell : null);
      return await runsOfPeriod(cell);
    },
  };
}

/** Some at a time: each start takes a quarter of a second of CPU. */
async function startTogether(
  names: readonly string[],
  certificates: Parameters<typeof startEnrolledServer>[0],
  stack: AsyncDisposableStack,
) {
  const started: { readonly member: Member; readonly caFile: string }[] = [];
  for (const name of names) {
    const enrolled = await startEnrolledServer(certificates, {
      // The clients of the storm shall cost the server no more than a refusal does.
      authentication: 'trust',
      settings: { max_connections: SLOTS, shared_buffers: '1MB', autovacuum: 'off' },
    });
    const { server, caFile } = stack.use(enrolled);
    started.push({ member: { name, server, leaking: await createRole(server, 'leaking') }, caFile });
  }
  return started;
}

function shown(
  members: readonly Member[],
  silent: ShownDatabase['address'],
  withBad: boolean,
): readonly ShownDatabase[] {
  const bad = { tag: withBad ? 'enforce' : 'off' };
  const isBad = (name: string) => name === BAD.storming || name === BAD.broken;
  return [
    { name: BAD.silent, address: silent, ...bad },
    ...members.map(({ name, server }) => ({
      ...{ name, address: server, exportsLog: name === BAD.storming },
      ...(name === BAD.broken && { policy: 'broken' }),
      ...(isBad(name) && bad),
    })),
  ];
}

async function fillMember({ name, server, leaking }: Member): Promise<void> {
  const { sessions } = await fillUntilRefused(server, { role: leaking });
  // Such sessions are on no rung of the policy, so that this server stays full.
  if (name === BAD.storming) await Promise.all(sessions.map(({ client }) => client.query('BEGIN')));
}

/** Clients that are refused and come again, and the log of it, which goes to a cell that subscribed. */
async function stormOn(
  { name, server, leaking }: Member,
  cell: CellOfBundles | null,
): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  stack.use(await startStorm(server, leaking, STORM));
  const stopped = new AbortController();
  let seen = server.log().length;
  const deliver = async () => {
    while (!stopped.signal.aborted) {
      await sleep(BATCH_MS);
      const fresh = server.log().slice(seen);
      seen += fresh.length;
      await cell?.deliverLog(
        name,
        fresh.split('\n').filter((line) => line.includes('FATAL:')),
      );
    }
  };
  const delivering = deliver();
  stack.defer(async () => {
    stopped.abort();
    await delivering;
  });
  // The first lines come before the period does.
  await sleep(2 * BATCH_MS);
  return stack;
}

async function runsOfPeriod(cell: CellOfBundles): Promise<readonly PeriodRun[]> {
  const beganAt = Date.now();
  await cell.dispatch();
  return (await cell.takeRecords()).map((item) => {
    const record = unpackRecord(JSON.parse(String(item.record?.S)));
    const { verified, finished } = record.timings;
    return {
      name: record.server,
      record,
      ms: Date.parse(record.startedAt) + (verified ?? finished) - beganAt,
    };
  });
}

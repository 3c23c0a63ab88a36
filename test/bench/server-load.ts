import { readFileSync } from 'node:fs';
import pg from 'pg';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import { knownSlots } from '../../functions/postgres/connection/known-slots.ts';
import { knownStartup } from '../../functions/postgres/connection/startup.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { type Address, dialUpstream, listenOnLoopback } from '../support/proxy.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { targetOf } from '../support/targets.ts';
import { comparisonTable, goal, type Measured, measuredOf, number, ratiosOf } from './measure.ts';

/** Half of 100 slots: a healthy server. */
const SESSIONS = 50;
const ROUNDS = 11;
/** Together they take long enough for a clock with a hundred ticks a second. */
const TIMES = 25;
const TICKS_PER_SECOND = 100;

/**
 * The server's cost of one scheduled run on a healthy server, beside one query on a new connection, and beside the run that
 * reads everything once an hour.
 */
export async function benchServerLoad([rounds = ROUNDS]: readonly number[] = []): Promise<string> {
  await using server = await startServer({ version: 18 });
  const ours = await createLeastPrivilegeRole(server);
  const app = await createRole(server, 'app');
  await openMany(SESSIONS, () =>
    openIdle(server, { role: app, statement: "SELECT 'something that an application asks for'" }),
  );
  const wire = await countedWire(server);
  await using _ = wire;
  // A warm function keeps both.
  const kept = fresh();
  const sides = [
    { name: 'a sweep', once: (to: Address) => sweep(to, ours, kept) },
    { name: '`SELECT count(*)`', once: (to: Address) => countOnly(to, ours) },
    { name: 'the first sweep of an hour', once: (to: Address) => sweep(to, ours, fresh()) },
  ];
  const cpu = sides.map((): number[] => []);
  const bytes = sides.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { once }] of sides.entries()) {
      const [before, sent] = [cpuMs(server), wire.bytes()];
      for (let time = 0; time < TIMES; time += 1) await once(wire);
      if (round < 0) continue;
      cpu[index]?.push((cpuMs(server) - before) / TIMES);
      bytes[index]?.push((wire.bytes() - sent) / TIMES);
    }
  }
  const measuredIn = (values: readonly (readonly number[])[]): readonly Measured[] =>
    sides.map(({ name }, index) => measuredOf(name, values[index] ?? []));
  const [inCpu, inBytes] = [measuredIn(cpu), measuredIn(bytes)];
  return [
    comparisonTable([{ what: 'CPU of the server, its processes together', measured: inCpu }], 'ms', 2),
    '',
    comparisonTable([{ what: 'bytes on the wire, both ways', measured: inBytes }], 'bytes', 0),
    '',
    `Connections open at once: ${number(wire.most())}.`,
    '',
    goal('CPU is, beside `SELECT count(*)`,', 3, ratiosOf(inCpu).slice(0, 1)),
    '',
    goal('bytes are, beside `SELECT count(*)`,', 3, ratiosOf(inBytes).slice(0, 1)),
  ].join('\n');
}

const fresh = () => ({ slots: knownSlots(), startup: knownStartup() });

async function sweep(to: Address, role: Role, kept: ReturnType<typeof fresh>): Promise<void> {
  const ports = serverPorts(
    targetOf(to),
    async () => role,
    () => {},
    kept,
  );
  const at = new Date().toISOString();
  const request = {
    runId: 'server-load',
    server: 'orders',
    policy: parsePolicy({ mode: 'enforce' }),
    trigger: { kind: 'schedule', at, id: null },
    logStream: null,
    deadline: Date.now() + 30_000,
  } as const;
  const { outcome, problem } = await remediate(request, ports);
  if (outcome !== 'healthy') throw new Error(`The run came to ${outcome}: ${problem?.message}`);
}

async function countOnly(to: Address, role: Role): Promise<void> {
  const client = new pg.Client({ host: to.host, port: to.port, ...role, database: 'postgres' });
  await client.connect();
  await client.query('SELECT count(*) FROM pg_stat_activity');
  await client.end();
}

/** The CPU time of the main process and of its ended children. Every session of the two sides is such a child. */
function cpuMs({ processId }: TestServer): number {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return (ticks * 1_000) / TICKS_PER_SECOND;
}

async function countedWire(server: Address) {
  let [bytes, open, most] = [0, 0, 0];
  const listening = await listenOnLoopback((client) => {
    open += 1;
    most = Math.max(most, open);
    const upstream = dialUpstream(server);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        to.write(chunk);
      });
      from.once('end', () => to.end());
    }
    client.once('close', () => {
      open -= 1;
      upstream.destroy();
    });
    upstream.once('close', () => client.destroy());
  });
  return { ...listening, bytes: () => bytes, most: () => most };
}

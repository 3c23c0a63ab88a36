import type { Client } from 'pg';
import { expect } from 'vitest';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import { describeWith } from '../support/installed.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { connectThrough } from '../support/pooler-clients.ts';
import { eagerPolicy } from '../support/runs.ts';
import { targetOf } from '../support/targets.ts';
import { proveRows } from './prove-rows.ts';
import { POOLER } from './rows/pooler.ts';
import { REST, type Stage } from './stage.ts';

/** Others are too few to give back what is wanted: the pooler's sessions would be ended as well. */
const BEHIND = 11;
const FREE_SLOTS = 9;

/** Two processes on one port, which the system gives each new client to one of. */
async function twoProcesses(stage: Stage) {
  const options = {
    mode: 'session' as const,
    roles: [stage.app, stage.headroom],
    statsUsers: [stage.headroom.user],
    settings: { so_reuseport: 1 },
  };
  const one = stage.use(await startPgBouncer(stage.server, options));
  stage.use(await startPgBouncer(stage.server, { ...options, port: one.port }));
  return { host: one.host, port: one.port, tls: { mode: 'off' as const } };
}

describeWith('pgbouncer', 'pgbouncer', 'A PgBouncer', () => {
  proveRows(POOLER, {
    severalProcesses: async (stage) => {
      const target = await twoProcesses(stage);
      await stage.openBystanders();
      const behind: Client[] = [];
      while (behind.length < BEHIND) {
        const client = await connectThrough(target, { role: stage.app, application: 'checkout' });
        stage.afterwards(() => client.end().catch(() => {}));
        await client.query('SELECT 1');
        behind.push(client);
      }
      for (let left = REST - BEHIND; left > 0; left -= 1) {
        const leaky = { role: stage.app, application: 'leaky', from: '127.0.0.44' };
        await connectThrough(stage.server, leaky);
      }
      const source = async () => stage.headroom;
      const pooler = { kind: 'pgbouncer' as const, target, source };
      const proof = await stage.run({
        policy: eagerPolicy('enforce', { freeSlots: FREE_SLOTS }),
        change: () => serverPorts(targetOf(stage.server), source, () => {}, { pooler }),
      });
      for (const client of behind) expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      return proof;
    },
  });
});

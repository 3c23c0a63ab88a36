import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { knownSlots } from '../../functions/postgres/connection/known-slots.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { dialUpstream, type Listening, listenOnLoopback } from '../support/proxy.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, brisk, eagerPolicy, SWEEP } from '../support/runs.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { targetOf } from '../support/targets.ts';

const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });
/** Slots that clients share. With those of the first, the second would have room. */
const [BLUE, GREEN] = [37, 27];

type Color = { readonly server: TestServer; readonly app: Role; readonly headroom: Role };

/** As blue/green deployments of RDS do: the name of one server leads to another one, while a function stays warm. */
describe('A name that leads to another server', () => {
  let [blue, green]: Color[] = [];
  let current: Color;
  let name: Listening;

  const start = async (usable: number): Promise<Color> => {
    const server = await startServer({ version: 18, settings: { max_connections: usable + 3 } });
    const [app, headroom] = [await createRole(server, 'app'), await createLeastPrivilegeRole(server)];
    return { server, app, headroom };
  };
  beforeAll(async () => {
    [blue, green] = [await start(BLUE), await start(GREEN)];
    current = blue;
    name = await listenOnLoopback((client) => {
      const upstream = dialUpstream(current.server);
      client.pipe(upstream).pipe(client);
    });
  });
  afterAll(async () => {
    await name[Symbol.asyncDispose]();
    await Promise.all([blue?.server.stop(), green?.server.stop()]);
  });

  test('has its own slots counted and its own sessions ended, by what is known of neither', async () => {
    if (blue === undefined || green === undefined) return expect.fail('a server did not start');
    const slots = knownSlots();
    const sweep = () => {
      const ports = serverPorts(
        targetOf(name),
        async () => current.headroom,
        () => {},
        { slots },
      );
      return remediate(aRequest({ policy: ENFORCE, trigger: SWEEP }), brisk(ports));
    };
    const { app: ofBlue, server: atBlue } = blue;
    const { app: ofGreen, server: atGreen } = green;
    const before = await openMany(10, () => openIdle(atBlue, { role: ofBlue, application: 'shop' }));
    expect((await sweep()).plan?.pressure).toMatchObject([{ usable: BLUE, used: 10, under: false }]);
    expect(await sweep()).toMatchObject({ snapshot: null, plan: { pressure: [{ usable: BLUE, used: 10 }] } });

    const after = await openMany(GREEN - 2, () => openIdle(atGreen, { role: ofGreen, application: 'shop' }));
    current = green;
    const record = await sweep();
    expect(record).toMatchObject({ outcome: 'recovered', problem: null });
    expect(record.plan?.pressure).toMatchObject([{ usable: GREEN, used: GREEN - 2, under: true, need: 7 }]);
    const ended = new Set(record.attempts.map(({ pid }) => pid));
    expect([...ended].filter((pid) => !after.some((session) => session.pid === pid))).toEqual([]);
    await expect.poll(() => after.filter((session) => !session.isOpen()).length).toBe(7);
    expect(before.filter((session) => !session.isOpen())).toEqual([]);
  });
});

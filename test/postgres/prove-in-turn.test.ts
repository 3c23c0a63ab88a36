import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { attemptSession } from '../../functions/postgres/connection/attempt.ts';
import { connect } from '../../functions/postgres/connection/connect.ts';
import type { ReadyLogin } from '../../functions/postgres/connection/hold-proof.ts';
import { queueOccupier } from '../../functions/postgres/connection/occupy-queue.ts';
import { proveInTurn } from '../../functions/postgres/connection/prove-in-turn.ts';
import { tlsOptions } from '../../functions/postgres/connection/target.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { dialUpstream, listenOnLoopback } from '../support/proxy.ts';
import { reload } from '../support/reload.ts';
import { createRole } from '../support/roles.ts';
import { fillUntilRefused, openIdle, openMany } from '../support/sessions.ts';
import { inMs, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

const LONG_MS = 60_000;
/** A busy machine may take longer for a login than an attempt has. */
const PATIENT = { withinMs: LONG_MS, hangs: () => true } as const;

describe('Logins of a run in a storm', () => {
  /** Logins in the order of their names, which write down what becomes of them. */
  function scene() {
    const events: string[] = [];
    const logins = new Map<string, ReadyLogin>();
    const turns = proveInTurn(() => {
      events.push('queue occupied');
      return { begun: Promise.resolve(), mostServed: sleep(10).then(() => {}) };
    });
    const add = (name: string) => {
      const login = {
        address: null,
        prove: () => events.push(`${name} proves`),
        giveUp: () => events.push(`${name} ends`),
      };
      logins.set(name, login);
      return turns.add(login);
    };
    const ended = (name: string) => {
      const login = logins.get(name);
      if (login) turns.remove(login);
    };
    return { events, turns, add, ended };
  }
  const proved = (events: readonly string[], name: string) =>
    waitUntil(() => events.includes(`${name} proves`), { what: `${name} proved` });

  test('prove at once as long as no storm is seen', () => {
    const { events, add } = scene();
    expect([add('a'), add('b')]).toEqual([false, false]);
    expect(events).toEqual(['a proves', 'b proves']);
  });

  test('wait until most of a row is served; those that wait beside the first one end before it proves', async () => {
    const { events, turns, add } = scene();
    turns.begin(LONG_MS);
    expect([add('a'), add('b')]).toEqual([true, true]);
    expect(events).toEqual(['queue occupied']);
    await proved(events, 'a');
    expect(events).toEqual(['queue occupied', 'b ends', 'a proves']);
    turns.end();
  });

  test('prove one at a time: the next one has its row when the first was refused', async () => {
    const { events, turns, add, ended } = scene();
    turns.begin(LONG_MS);
    add('a');
    await proved(events, 'a');
    add('b');
    await sleep(20);
    expect(events).toEqual(['queue occupied', 'a proves']);
    ended('a');
    await proved(events, 'b');
    expect(events).toEqual(['queue occupied', 'a proves', 'queue occupied', 'b proves']);
    turns.end();
  });

  test('wait no longer than the tries come close together', async () => {
    const { events, turns, add } = scene();
    turns.begin(20);
    add('a');
    await proved(events, 'a');
    add('b');
    await proved(events, 'b');
    expect(events).toEqual(['queue occupied', 'a proves', 'b proves']);
    expect(add('c')).toBe(false);
  });

  test('wait no longer than that for a row that the server does not serve either', async () => {
    const events: string[] = [];
    const never = new Promise<void>(() => {});
    const turns = proveInTurn(() => ({ begun: Promise.resolve(), mostServed: never }));
    turns.begin(20);
    turns.add({ address: null, prove: () => events.push('proves'), giveUp: () => {} });
    await waitUntil(() => events.length > 0, { what: 'the login proved' });
    expect(events).toEqual(['proves']);
  });

  test('have their row at the server that they reached, because a name may have several addresses', async () => {
    const addresses: (string | null)[] = [];
    const turns = proveInTurn((address) => {
      addresses.push(address);
      return { begun: Promise.resolve(), mostServed: Promise.resolve() };
    });
    turns.begin(LONG_MS);
    turns.add({ address: '10.0.0.7', prove: () => {}, giveUp: () => {} });
    turns.end();
    expect(addresses).toEqual(['10.0.0.7']);
  });

  test('end without a proof when another session is open', async () => {
    const { events, turns, add, ended } = scene();
    turns.begin(LONG_MS);
    add('a');
    add('b');
    // The row has begun, and most of it is not served yet.
    await sleep(1);
    turns.end();
    await sleep(20);
    expect(events).toEqual(['queue occupied', 'b ends', 'a ends']);
    ended('a');
    expect(add('c')).toBe(false);
  });

  test('give their turn on when the server ended them while they waited', async () => {
    const { events, turns, add, ended } = scene();
    turns.begin(LONG_MS);
    add('a');
    ended('a');
    add('b');
    await proved(events, 'b');
    expect(events).not.toContain('a proves');
    turns.end();
  });
});

describe('A row in the queue of a server', () => {
  test('enters at the address of the login, and a server that does not serve it gets no other one', async () => {
    const sockets = new Set<Socket>();
    const mute = createServer({ allowHalfOpen: true }, (socket) => sockets.add(socket.on('error', () => {})));
    await once(mute.listen(0, '127.0.77.3'), 'listening');
    const { port } = mute.address() as AddressInfo;
    const occupy = queueOccupier(targetOf({ host: 'a-name.invalid', port }));
    await occupy('127.0.77.3').mostServed;
    expect(sockets.size).toBe(48);
    await occupy('127.0.77.3').mostServed;
    expect(sockets.size).toBe(48);
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
});

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let roles: Readonly<Record<'SCRAM' | 'MD5' | 'clear text', Role>>;
  let caFile: string;

  beforeAll(async () => {
    const certificates = await selfSignedCertificates();
    server = await startServer({ version, settings: { max_connections: 12 }, tls: certificates.server });
    caFile = join(server.folder, 'ca.pem');
    writeFileSync(caFile, certificates.ca);
    const hba = join(server.folder, 'pg_hba.conf');
    const others = 'host all hashed 127.0.0.0/8 md5\nhost all clear 127.0.0.0/8 password\n';
    writeFileSync(hba, others + readFileSync(hba, 'utf8'));
    await reload(server);
    const scram = await createRole(server, 'scram');
    await server.query("SET password_encryption = 'md5'; CREATE ROLE hashed LOGIN PASSWORD 'a secret'");
    roles = {
      SCRAM: scram,
      MD5: { user: 'hashed', password: 'a secret' },
      'clear text': await createRole(server, 'clear'),
    };
  });
  afterAll(() => server.stop());

  const targets = () => ({
    'without TLS': targetOf(server),
    'with TLS': targetOf(server, { tls: { mode: 'verify', caFile } }),
  });
  const lines = () => server.log().trim().split('\n').length;

  test.each(['without TLS', 'with TLS'] as const)(
    'a login that ends before its proof frees its slot, and leaves no line in the log: %s',
    async (how) => {
      const target = targets()[how];
      const before = lines();
      for (let round = 0; round < 30; round += 1) {
        const attempted = await attemptSession(target, tlsOptions(target), roles.SCRAM, {
          ...PATIENT,
          onProof: ({ giveUp }) => giveUp(),
        });
        expect(attempted).toEqual({ kind: 'given-up' });
      }
      expect(lines()).toBe(before);
    },
  );

  test.each(['without TLS', 'with TLS'] as const)(
    'a login that waited gets in with its proof: %s',
    async (how) => {
      const target = targets()[how];
      for (const method of ['SCRAM', 'MD5'] as const) {
        let waited = 0;
        const attempted = await attemptSession(target, tlsOptions(target), roles[method], {
          ...PATIENT,
          onProof: ({ prove }) => {
            waited += 1;
            setTimeout(prove, 100);
          },
        });
        if (attempted.kind !== 'in') throw new Error(`${method}: ${JSON.stringify(attempted)}`);
        await attempted.session.close();
        expect(waited).toBe(1);
      }
    },
  );

  test('a password in clear text does not wait, because another service may check it', async () => {
    let waited = 0;
    const attempted = await attemptSession(targetOf(server), false, roles['clear text'], {
      ...PATIENT,
      onProof: () => (waited += 1),
    });
    if (attempted.kind !== 'in') throw new Error(JSON.stringify(attempted));
    await attempted.session.close();
    expect(waited).toBe(0);
  });

  test('a full server that no client storms sees no row, although our own tries take its last slot', async () => {
    const application = await createRole(server, 'application');
    const { sessions } = await fillUntilRefused(server, { role: application });
    const superusers = await openMany(2, () => openIdle(server, { role: server.superuser }));
    // Far away, so that our tries overlap.
    let connections = 0;
    await using far = await listenOnLoopback((client) => {
      connections += 1;
      const upstream = dialUpstream(server);
      const later = (run: () => void) => setTimeout(run, 15);
      client.on('data', (bytes) => later(() => upstream.write(bytes))).on('end', () => upstream.end());
      upstream
        .on('data', (bytes) => later(() => client.write(bytes)))
        .on('end', () => later(() => client.end()));
    });
    const { connecting } = await connect(targetOf(far), async () => roles.SCRAM, inMs(4_000));
    await Promise.all([...sessions, ...superusers].map((each) => each.close()));
    expect(connecting.refusals.map(({ routine }) => routine)).toEqual(
      expect.arrayContaining(['InitPostgres', 'InitProcess']),
    );
    expect(connections).toBe(connecting.attempts);
  });

  test('connections that occupy the queue leave no line in the log', async () => {
    const before = lines();
    await queueOccupier(targetOf(server))(null).mostServed;
    await server.query('SELECT 1');
    expect(lines()).toBe(before);
  });
});

test('rows in the queue have 48 connections each, and five are the limit', async () => {
  let taken = 0;
  let onLast = () => {};
  await using server = await listenOnLoopback((client) => {
    client.resume().once('data', () => onLast());
    taken += 1;
  });
  const occupied = async () => {
    taken = 0;
    const isLast = new Promise<void>((resolve) => {
      onLast = resolve;
    });
    const occupy = queueOccupier(targetOf(server));
    for (let row = 0; row < 6; row += 1) await occupy(null).mostServed;
    // Connections are taken in their order, so this one after all others.
    const last = dialUpstream(server);
    last.write('last');
    await isLast;
    last.destroy();
    return taken - 1;
  };
  // A machine that stands still for a second gives a connection up, and no more rows follow.
  let most = 0;
  const isReached = async () => {
    const connections = await occupied();
    expect(connections % 48).toBe(0);
    most = Math.max(most, connections / 48);
    return most >= 5;
  };
  await waitUntil(isReached, { what: 'five rows were opened' });
  expect(most).toBe(5);
});

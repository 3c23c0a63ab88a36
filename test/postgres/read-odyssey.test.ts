import { expect, test } from 'vitest';
import { poolerProtection } from '../../functions/core/plan/pooler-protection.ts';
import { withPooler } from '../../functions/core/server/pooler-refusals.ts';
import type { Row } from '../../functions/postgres/pooler/console.ts';
import { readOdyssey } from '../../functions/postgres/pooler/read-odyssey.ts';
import { poolerTexts } from '../../functions/render/message/pooler-text.ts';
import { aSession, aSnapshot } from '../support/builders.ts';
import { startFakeServer } from '../support/fake-server.ts';
import { ODYSSEY_ANSWERS, odysseyClient, odysseyRule } from '../support/odyssey-answers.ts';
import { lookInto } from '../support/pooler-clients.ts';

/** The console, with other answers in place of some. Every other command is an error there. */
function consoleWith(other: Readonly<Record<string, readonly Row[]>> = {}) {
  return async (command: string) => {
    const rows = { ...ODYSSEY_ANSWERS, ...other }[command];
    if (rows === undefined) throw new Error(`console command error: ${command}`);
    return rows;
  };
}

test('pools, clients and those that wait are read, without the console and its client', async () => {
  const { version, pools, clients, clientCount, settings } = await readOdyssey(consoleWith());
  expect(version).toMatch(/^odyssey 1\.5\.2 /);
  expect(pools).toEqual([
    {
      database: 'postgres',
      serverDatabase: 'postgres',
      user: 'app',
      mode: 'transaction',
      size: 3,
      clientsActive: 3,
      // The idle client is cl_waiting there, and is not waiting.
      clientsWaiting: 2,
      sessionsActive: 3,
      sessionsIdle: 0,
      longestWaitMs: null,
    },
  ]);
  expect(clients).toEqual([
    {
      application: '',
      user: 'app',
      database: 'postgres',
      address: '10.0.5.9',
      count: 6,
      linked: 3,
      waiting: 2,
      since: null,
    },
  ]);
  expect(clientCount).toBe(6);
  expect(settings.mode).toBe('transaction');
});

test('no session is named, because process ids are left out; their address is', async () => {
  const { sessions, unlisted } = await readOdyssey(consoleWith());
  expect(sessions).toEqual([]);
  expect(unlisted).toEqual({ cause: 'no-process-ids', hosts: ['10.0.3.4'] });
});

test('the rule of a user counts before that of all users, and a size of 0 is none', async () => {
  const sizes = async (rules: readonly Row[]) =>
    (await readOdyssey(consoleWith({ 'SHOW DATABASES': rules }))).pools.map(({ size }) => size);
  expect(
    await sizes([odysseyRule('postgres', 'default_user', '3'), odysseyRule('postgres', 'app', '9')]),
  ).toEqual([9]);
  expect(await sizes([odysseyRule('postgres', 'app', '0')])).toEqual([null]);
  expect(await sizes([odysseyRule('other', 'app', '7')])).toEqual([null]);
});

test('clients of a Unix socket, for which no address is shown, are local', async () => {
  const odd = { ...odysseyClient('app', 'postgres', 'active', '0'), addr: '' };
  const { clients } = await readOdyssey(consoleWith({ 'SHOW CLIENTS': [odd] }));
  expect(clients.map(({ address }) => address)).toEqual(['local']);
});

test('a console is read over the wire, in the simple protocol and in its own database', async () => {
  await using server = await startFakeServer({ version: 'odyssey', answers: ODYSSEY_ANSWERS });
  const state = await lookInto('odyssey', server, { user: 'headroom', password: 'hunter2' });
  expect(state).toMatchObject({ kind: 'odyssey', problem: null, clientCount: 6, sessions: [] });
  expect(state.unlisted).toMatchObject({ cause: 'no-process-ids', addresses: ['10.0.3.4'] });
  expect(state.pools).toHaveLength(1);
});

test('sessions from its addresses are spared, and the message says how many there are for which clients', async () => {
  await using server = await startFakeServer({ version: 'odyssey', answers: ODYSSEY_ANSWERS });
  const pooler = await lookInto('odyssey', server, { user: 'headroom', password: 'hunter2' });
  const sessions = ['10.0.3.4', '10.0.3.4', '10.0.3.4', '10.0.9.9'].map((address, at) =>
    aSession({ pid: at + 1, user: 'app', database: 'postgres', address }),
  );
  const snapshot = withPooler(aSnapshot({ sessions }), pooler);
  const isTheirs = poolerProtection(snapshot, false);
  expect(sessions.map((session) => isTheirs(session) !== null)).toEqual([true, true, true, false]);
  expect(poolerTexts(snapshot)).toEqual([
    '3 sessions come through Odyssey: 6 clients of role app from 10.0.5.9.',
    "Its console lists its sessions without the server's process ids. 3 sessions from 10.0.3.4 may belong to it and are spared.",
  ]);
});

import { expect, test } from 'vitest';
import type { Row } from '../../functions/postgres/pooler/console.ts';
import { readOdyssey } from '../../functions/postgres/pooler/read-odyssey.ts';

/**
 * What Odyssey 1.5.2 answered in front of PostgreSQL 19rc1: five of six clients run a statement, with pools of three
 * sessions. Columns that are empty there are left out here.
 */
const client = (user: string, database: string, state: string, port: string): Row => ({
  type: 'C',
  user,
  database,
  state,
  storage_user: '',
  addr: '10.0.5.9',
  port,
  local_addr: '10.0.3.4',
  local_port: '6432',
  connect_time: '',
  request_time: '',
  wait: '0',
  wait_us: '0',
  id: 'c541347332608',
  ptr: '0x7f4a3c009d40',
  coro: '2',
  remote_pid: '0',
  tls: '',
});
const server = (state: string, local_port: string): Row => ({
  type: 'S',
  user: 'app',
  database: 'postgres',
  state,
  addr: '10.0.1.1',
  port: '5432',
  local_addr: '10.0.3.4',
  local_port,
  connect_time: '',
  request_time: '',
  wait: '0',
  wait_us: '0',
  ptr: 'scc82720e3e4e',
  link: '',
  remote_pid: '0',
  tls: '(null)',
  offline: '0',
});
const pool = (database: string, user: string, counts: readonly string[], mode: string): Row => ({
  database,
  user,
  cl_active: counts[0],
  cl_waiting: counts[1],
  sv_active: counts[2],
  sv_idle: counts[3],
  sv_used: '0',
  sv_tested: '0',
  sv_login: '0',
  maxwait: '0',
  maxwait_us: '0',
  pool_mode: mode,
});
const rule = (name: string, user: string, pool_size: string): Row => ({
  name,
  host: '10.0.1.1',
  port: '5432',
  database: 'default_db',
  force_user: user,
  pool_size,
  reserve_pool: '0',
  pool_mode: 'transaction',
  max_connections: '8',
  current_connections: '3',
  paused: '0',
  disabled: '0',
});

const ANSWERS: Readonly<Record<string, readonly Row[]>> = {
  'SHOW VERSION': [{ version: 'odyssey 1.5.2 release, compiled by gcc-16.2.0, 64-bit' }],
  'SHOW POOLS': [
    pool('postgres', 'app', ['3', '1', '3', '0'], 'transaction'),
    pool('console', 'headroom', ['0', '1', '0', '0'], 'session'),
  ],
  'SHOW SERVERS': [server('active', '51916'), server('active', '51904'), server('active', '53618')],
  'SHOW CLIENTS': [
    client('headroom', 'console', 'pending', '46750'),
    ...['active', 'active', 'active', 'pending', 'queue', 'queue'].map((state, at) =>
      client('app', 'postgres', state, String(46_760 + at)),
    ),
  ],
  'SHOW DATABASES': [rule('postgres', 'default_user', '3'), rule('console', 'headroom', '0')],
};

/** The console, with other answers in place of some. Every other command is an error there. */
function consoleWith(other: Readonly<Record<string, readonly Row[]>> = {}) {
  return async (command: string) => {
    const rows = { ...ANSWERS, ...other }[command];
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
  expect(await sizes([rule('postgres', 'default_user', '3'), rule('postgres', 'app', '9')])).toEqual([9]);
  expect(await sizes([rule('postgres', 'app', '0')])).toEqual([null]);
  expect(await sizes([rule('other', 'app', '7')])).toEqual([null]);
});

test('clients of a Unix socket, for which no address is shown, are local', async () => {
  const odd = { ...client('app', 'postgres', 'active', '0'), addr: '' };
  const { clients } = await readOdyssey(consoleWith({ 'SHOW CLIENTS': [odd] }));
  expect(clients.map(({ address }) => address)).toEqual(['local']);
});

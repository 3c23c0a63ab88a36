type Shown = Readonly<Record<string, string>>;

/**
 * What Odyssey 1.5.2 answered in front of PostgreSQL 19rc1: five of six clients run a statement, with pools of three
 * sessions. Columns that are empty there are left out here.
 */
export const odysseyClient = (user: string, database: string, state: string, port: string): Shown => ({
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
const server = (state: string, local_port: string): Shown => ({
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
const pool = (
  database: string,
  user: string,
  counts: readonly [string, string, string, string],
  mode: string,
): Shown => ({
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
export const odysseyRule = (name: string, user: string, pool_size: string): Shown => ({
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

export const ODYSSEY_ANSWERS: Readonly<Record<string, readonly Shown[]>> = {
  'SHOW VERSION': [{ version: 'odyssey 1.5.2 release, compiled by gcc-16.2.0, 64-bit' }],
  'SHOW POOLS': [
    pool('postgres', 'app', ['3', '1', '3', '0'], 'transaction'),
    pool('console', 'headroom', ['0', '1', '0', '0'], 'session'),
  ],
  'SHOW SERVERS': [server('active', '51916'), server('active', '51904'), server('active', '53618')],
  'SHOW CLIENTS': [
    odysseyClient('headroom', 'console', 'pending', '46750'),
    ...['active', 'active', 'active', 'pending', 'queue', 'queue'].map((state, at) =>
      odysseyClient('app', 'postgres', state, String(46_760 + at)),
    ),
  ],
  'SHOW DATABASES': [odysseyRule('postgres', 'default_user', '3'), odysseyRule('console', 'headroom', '0')],
};

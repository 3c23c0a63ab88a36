import { describe, expect, test } from 'vitest';
import type { Row } from '../../functions/postgres/pooler/console.ts';
import { readPgBouncer } from '../../functions/postgres/pooler/read-pgbouncer.ts';

/** Rows as PgBouncer 1.26.1 gives them; 1.18 has neither `peer_id` nor SHOW PEERS. */
type Console = {
  readonly config?: Readonly<Record<string, string>>;
  readonly peers?: readonly Row[];
  readonly servers?: readonly Row[];
  readonly pools?: readonly Row[];
  readonly databases?: readonly Row[];
  readonly users?: readonly Row[];
  readonly stats?: readonly Row[];
};

const SERVER = {
  user: 'app',
  database: 'shop',
  state: 'idle',
  addr: '10.0.3.9',
  remote_pid: 4_711,
  link: '',
};
const PEERS = [
  { peer_id: 1, host: '/run/pgbouncer-1', port: 6432, pool_size: 20 },
  { peer_id: 2, host: '10.0.3.5', port: 6432, pool_size: 20 },
];

/** What is read of such a console, and what it was asked. */
async function read({ config = {}, peers, servers = [SERVER], ...more }: Console) {
  const asked: string[] = [];
  const told = await readPgBouncer(async (command) => {
    asked.push(command);
    if (command === 'SHOW CONFIG') return Object.entries(config).map(([key, value]) => ({ key, value }));
    if (command === 'SHOW SERVERS') return servers;
    if (command === 'SHOW POOLS') return more.pools ?? [];
    if (command === 'SHOW DATABASES') return more.databases ?? [];
    if (command === 'SHOW STATS') return more.stats ?? [];
    if (command === 'SHOW USERS') return more.users ?? [];
    if (command !== 'SHOW PEERS') return [];
    if (peers === undefined) throw new Error("invalid command 'SHOW PEERS', use SHOW HELP;");
    return peers;
  });
  return { ...told, asked };
}

describe('what the console does not list', () => {
  test('is nothing for a process that is alone, which is not asked for its peers', async () => {
    for (const config of [{}, { so_reuseport: '0' }, { so_reuseport: '0', peer_id: '0' }]) {
      const { unlisted, asked, sessions } = await read({ config });
      expect(unlisted).toBeNull();
      expect(asked).not.toContain('SHOW PEERS');
      expect(sessions).toEqual([{ pid: 4_711, user: 'app', client: null }]);
    }
  });

  test('is what other processes on its port hold', async () => {
    const { unlisted } = await read({ config: { so_reuseport: '1', peer_id: '0' } });
    expect(unlisted).toEqual({ cause: 'shared-port', hosts: [] });
  });

  test('is what its peers hold, on their own hosts as well', async () => {
    const { unlisted } = await read({ config: { so_reuseport: '1', peer_id: '1' }, peers: PEERS });
    expect(unlisted).toEqual({ cause: 'peers', hosts: ['10.0.3.5'] });
  });

  test.each([1_339_565_771, -774_626_600, 4_194_305])(
    'is what another pooler holds, to which a session leads whose process id %i is invented',
    async (remote_pid) => {
      const { unlisted, sessions } = await read({ servers: [{ ...SERVER, remote_pid }] });
      expect(unlisted).toEqual({ cause: 'pooler-behind', hosts: ['10.0.3.9'] });
      expect(sessions).toEqual([]);
    },
  );

  test('comes from no other host where the other pooler is on its own', async () => {
    for (const addr of ['127.0.0.1', '::1', 'unix']) {
      const { unlisted } = await read({ servers: [{ ...SERVER, addr, remote_pid: 2 ** 30 }] });
      expect(unlisted).toEqual({ cause: 'pooler-behind', hosts: [] });
    }
  });

  test('is not told by a session that logs in', async () => {
    for (const remote_pid of [0, null]) {
      const { unlisted, sessions } = await read({ servers: [{ ...SERVER, remote_pid }] });
      expect({ unlisted, sessions }).toEqual({ unlisted: null, sessions: [] });
    }
  });
});

describe('of what PgBouncer 1.26 added', () => {
  const POOL = { database: 'limited', user: 'slow', sv_active: 2, pool_mode: 'transaction' };
  const DATABASE = { name: 'limited', database: 'postgres', pool_size: 3 };
  /** 1.26.1 puts spaces before a size. */
  const USERS = [
    { name: 'app', pool_size: null },
    { name: 'slow', pool_size: '        2' },
  ];
  const LATE = [
    { database: 'limited', total_client_login_count: 840, avg_client_login_count: 12 },
    { database: 'orders', total_client_login_count: 90, avg_client_login_count: 2 },
    { database: 'pgbouncer', total_client_login_count: 7, avg_client_login_count: 1 },
  ];
  const EARLY = [{ database: 'limited', avg_xact_count: 3 }];

  test("logins are counted over all databases, without the console's", async () => {
    expect((await read({ stats: LATE })).loginsPerSecond).toBe(14);
    expect((await read({ stats: LATE.slice(2) })).loginsPerSecond).toBe(0);
  });

  test('an earlier version has no count of logins', async () => {
    expect(await read({ stats: EARLY })).not.toHaveProperty('loginsPerSecond');
  });

  test("a user's size counts before its database's", async () => {
    const at = async (user: string, stats: readonly Row[]) =>
      (await read({ pools: [{ ...POOL, user }], databases: [DATABASE], users: USERS, stats })).pools[0]?.size;
    expect(await at('slow', LATE)).toBe(2);
    expect(await at('app', LATE)).toBe(3);
    // It shows a size for users without one, so it is not asked.
    expect(await at('slow', EARLY)).toBe(3);
  });
});

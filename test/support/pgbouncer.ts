import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemUser } from './postgres-binaries.ts';
import type { Role } from './postgres-server.ts';
import { type GuardedProgram, startProgram } from './program-guard.ts';
import type { Address } from './proxy.ts';
import { waitUntil } from './wait-until.ts';

/** Below the ports that systems give to outgoing connections, and between those of servers and proxies of tests. */
const PORTS = { first: 17_000, count: 2_500 };
const START_ATTEMPTS = 5;

export type PgBouncer = Address & AsyncDisposable & { readonly log: () => string };

export type PgBouncerOptions = {
  readonly mode: 'session' | 'transaction';
  /** The roles that may connect, including users of the console. */
  readonly roles: readonly Role[];
  /** The roles that may read the console. */
  readonly statsUsers?: readonly string[];
  /** Lines of its configuration. They override the defaults below. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** The port of another process, to share it with `so_reuseport`; by default a port of its own. */
  readonly port?: number;
};

/** Debian's PgBouncer in front of a test server or of another pooler, in a fresh folder. */
export async function startPgBouncer(server: Address, options: PgBouncerOptions): Promise<PgBouncer> {
  const user = await systemUser();
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? PORTS.first + Math.floor(Math.random() * PORTS.count);
    const folder = mkdtempSync(join(tmpdir(), 'headroom-pgb-'));
    writeFileSync(join(folder, 'pgbouncer.ini'), configuration(server, port, options));
    const entry = ({ user: name, password }: Role) => `"${name}" "${password}"\n`;
    writeFileSync(join(folder, 'userlist.txt'), options.roles.map(entry).join(''));
    if (user.uid !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
    // From 1.23 on TERM waits until the last client has left, which in a test may never happen; 1.18 knows no QUIT.
    const program = startProgram(folder, user, 'KILL', ['pgbouncer', 'pgbouncer.ini']);
    try {
      await isUp(program);
      return {
        host: '127.0.0.1',
        port,
        log: program.log,
        [Symbol.asyncDispose]: program.end,
      };
    } catch (cause) {
      const log = program.hasEnded() ? String(cause) : program.log();
      await program.end();
      rmSync(folder, { recursive: true, force: true });
      if (attempt < START_ATTEMPTS && /in use|ended/.test(log)) continue;
      throw new Error(`PgBouncer did not start; its log:\n${log}`, { cause });
    }
  }
}

async function isUp(program: GuardedProgram): Promise<void> {
  const up = () => {
    if (program.hasEnded()) throw new Error('PgBouncer ended while it was starting');
    return program.log().includes('process up');
  };
  await waitUntil(up, { what: 'PgBouncer was up' });
}

function configuration(
  { host, port: serverPort }: Address,
  port: number,
  { mode, statsUsers = [], settings = {} }: PgBouncerOptions,
): string {
  const lines = Object.entries({
    pool_mode: mode,
    auth_type: 'scram-sha-256',
    auth_file: 'userlist.txt',
    stats_users: statsUsers.join(','),
    ...settings,
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
  });
  const written = lines.map(([name, value]) => `${name} = ${value}`).join('\n');
  return `[databases]\n* = host=${host} port=${serverPort}\n[pgbouncer]\n${written}\n`;
}

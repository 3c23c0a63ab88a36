import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemUser } from './postgres-binaries.ts';
import type { Role, TestServer } from './postgres-server.ts';
import { type GuardedProgram, startProgram } from './program-guard.ts';
import type { Address } from './proxy.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Below the ports that systems give to outgoing connections, and apart from those of servers, proxies and PgBouncer.
 */
const PORTS = { first: 14_000, count: 2_000 };
const START_ATTEMPTS = 5;

export type PgPool = Address & AsyncDisposable & { readonly log: () => string };

export type PgPoolOptions = {
  /** The roles that may connect. */
  readonly roles: readonly Role[];
  /** Lines of its configuration. They override the defaults below. */
  readonly settings?: Readonly<Record<string, string | number>>;
};

/** Debian's pgpool-II in front of a test server, in a fresh folder. */
export async function startPgPool(server: TestServer, options: PgPoolOptions): Promise<PgPool> {
  const user = await systemUser();
  for (let attempt = 1; ; attempt += 1) {
    const port = PORTS.first + 2 * Math.floor((Math.random() * PORTS.count) / 2);
    const folder = mkdtempSync(join(tmpdir(), 'headroom-pgp-'));
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    write('pgpool.conf', configuration(server, folder, port, options));
    write('pool_hba.conf', 'host all all 127.0.0.0/8 scram-sha-256\n');
    const entry = ({ user: name, password }: Role) => `${name}:TEXT${password}\n`;
    write('pool_passwd', options.roles.map(entry).join(''));
    write('pcp.conf', '');
    if (user.uid !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
    const program = startProgram(folder, user, 'QUIT', [
      'pgpool',
      ...['-n', '-f', 'pgpool.conf', '-a', 'pool_hba.conf', '-F', 'pcp.conf'],
    ]);
    try {
      await isUp(program);
      return { host: '127.0.0.1', port, log: program.log, [Symbol.asyncDispose]: program.end };
    } catch (cause) {
      const log = program.hasEnded() ? String(cause) : program.log();
      await program.end();
      rmSync(folder, { recursive: true, force: true });
      if (attempt < START_ATTEMPTS && /in use|ended/.test(log)) continue;
      throw new Error(`pgpool-II did not start; its log:\n${log}`, { cause });
    }
  }
}

async function isUp(program: GuardedProgram): Promise<void> {
  const up = () => {
    if (program.hasEnded()) throw new Error('pgpool-II ended while it was starting');
    return program.log().includes('pgpool-II successfully started');
  };
  await waitUntil(up, { what: 'pgpool-II was up' });
}

function configuration(
  { host, port: serverPort }: TestServer,
  folder: string,
  port: number,
  { settings = {} }: PgPoolOptions,
): string {
  const lines = Object.entries({
    backend_clustering_mode: 'raw',
    load_balance_mode: 'off',
    num_init_children: 4,
    max_pool: 2,
    enable_pool_hba: 'on',
    pool_passwd: 'pool_passwd',
    log_line_prefix: '%t: pid %p: ',
    ...settings,
    listen_addresses: '127.0.0.1',
    port,
    socket_dir: folder,
    pcp_listen_addresses: '127.0.0.1',
    pcp_port: port + 1,
    pcp_socket_dir: folder,
    pid_file_name: join(folder, 'pgpool.pid'),
    logdir: folder,
    work_dir: folder,
    backend_hostname0: host,
    backend_port0: serverPort,
    backend_weight0: 1,
    backend_flag0: 'ALLOW_TO_FAILOVER',
  });
  return lines.map(([name, value]) => `${name} = '${value}'\n`).join('');
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyPair } from './certificates.ts';
import type { Version } from './postgres-versions.ts';

export type ServerOptions = {
  readonly version: Version;
  /** Lines of postgresql.conf. They override the defaults below. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** How clients log in; default `scram`. `trust` is for tests that open sessions by the thousand. */
  readonly authentication?: 'scram' | 'trust';
  /** Switches TLS on; plain connections stay possible. */
  readonly tls?: KeyPair;
  /** The data folder to copy. Default: an empty one of the version. */
  readonly data?: string;
  /** Variables of the server's environment, which is empty otherwise. */
  readonly environment?: Readonly<Record<string, string>>;
};

/** Servers listen on loopback only, in every configuration. */
export const HOST = '127.0.0.1';
/** Every address of the loopback network may be the host of a client. */
const CLIENTS = '127.0.0.0/8';

const DEFAULTS = {
  // The data are not needed after the test.
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  log_line_prefix: '%m [%p] %e %q%u@%d/%a ',
} as const;

/** Writes the files into `folder` that the server reads at its start. */
export function writeConfiguration(folder: string, port: number, options: ServerOptions): void {
  const { settings = {}, authentication = 'scram', tls } = options;
  const method = authentication === 'scram' ? 'scram-sha-256' : 'trust';
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const lines = Object.entries({
    ...DEFAULTS,
    ...(tls && { ssl: 'on', ssl_key_file: join(folder, 'tls.key'), ssl_cert_file: join(folder, 'tls.crt') }),
    ...settings,
    port,
    listen_addresses: HOST,
    unix_socket_directories: folder,
    hba_file: join(folder, 'pg_hba.conf'),
  }).map(([name, value]) => `${name} = '${String(value).replace(/['\\]/g, '$&$&')}'`);
  write('postgresql.conf', ["include 'data/postgresql.conf'", ...lines, ''].join('\n'));
  const who = [
    'local all all',
    'local replication all',
    `host all all ${CLIENTS}`,
    `host replication all ${CLIENTS}`,
  ];
  write('pg_hba.conf', who.map((client) => `${client} ${method}\n`).join(''));
  if (tls) {
    write('tls.key', tls.key);
    write('tls.crt', tls.cert);
  }
}

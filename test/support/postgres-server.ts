import {
  closeSync,
  cpSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type ClientConfig, type QueryResultRow } from 'pg';
import {
  binariesIn,
  type Installation,
  installationOf,
  type SystemUser,
  systemUser,
} from './postgres-binaries.ts';
import { HOST, type ServerOptions, writeConfiguration } from './postgres-configuration.ts';
import { copyData, initialData, ownedBy } from './postgres-data.ts';
import { type Guard, startGuard } from './postgres-guard.ts';
import { FOLDERS, programsVersion, type Version } from './postgres-versions.ts';
import { quickFolder } from './quick-folder.ts';
import { waitUntil } from './wait-until.ts';

export type { ServerOptions } from './postgres-configuration.ts';
export { ALL_VERSIONS, VERSIONS, type Version, wanted } from './postgres-versions.ts';

export type Role = { readonly user: string; readonly password: string };

/** Below the ports that systems give to outgoing connections (from 32768 on), which would now and then be in use. */
const PORTS = { first: 20_000, count: 10_000 };
const START_ATTEMPTS = 5;

/** Starts a server for this test in a fresh folder. `stop()` or the end of our process removes both. */
export async function startServer(wanted: ServerOptions): Promise<TestServer> {
  const options = { ...wanted, version: programsVersion(wanted.version, FOLDERS) ?? wanted.version };
  const user = await systemUser();
  const installation = await installationOf(options.version, user);
  for (let attempt = 1; ; attempt += 1) {
    const server = launch(options, installation, user);
    try {
      await server.ready();
      return server;
    } catch (cause) {
      await server.stop();
      const log = server.log();
      if (attempt < START_ATTEMPTS && log.includes('Address already in use')) continue;
      throw new Error(`PostgreSQL ${options.version} did not start; its log:\n${log}`, { cause });
    }
  }
}

/** No pause between making the folder and guarding it, so that only a SIGKILL in that moment could leave it behind. */
function launch(options: ServerOptions, installation: Installation, user: SystemUser): TestServer {
  const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
  const { folder: initial, password } = initialData(options.version, installation, user);
  // A short name: the path of a Unix socket may have at most 103 bytes.
  const folder = installation.isReachable
    ? quickFolder('headroom-pg-')
    : mkdtempSync(join(tmpdir(), 'headroom-pg-'));
  try {
    writeConfiguration(folder, port, options);
    copyData(options.data ?? initial, folder);
    let { native } = installation;
    if (!installation.isReachable) {
      // Other users cannot read a clone under /root or in a `mktemp -d`. Then the server gets a copy of its programs (60
      // MB).
      native = join(folder, 'native');
      cpSync(installation.native, native, { recursive: true, verbatimSymlinks: true });
    }
    ownedBy(user, folder);
    // Opened before the guard starts, which removes the folder when the server ends at once.
    const log = openSync(join(folder, 'log'), 'a+');
    const guard = startGuard(folder, binariesIn(native).postgres, user, options.environment);
    return new TestServer({ version: options.version, port, password, folder, guard, log });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

type Launched = {
  readonly version: Version;
  readonly port: number;
  readonly password: string;
  readonly folder: string;
  readonly guard: Guard;
  /** A descriptor of what the server and its guard print. */
  readonly log: number;
};

/** A running server. `await using server = await startServer(…)` stops it at the end of the block. */
export class TestServer {
  readonly version: Version;
  readonly host = HOST;
  readonly port: number;
  readonly superuser: Role;
  /** Holds everything of this server. As `host` of a client it leads to the Unix socket. */
  readonly folder: string;
  readonly #guard: Guard;
  readonly #log: number;
  readonly #clients = new Set<Client>();
  #stopped: Promise<void> | undefined;
  #lastLog: string | undefined;

  constructor({ version, port, password, folder, guard, log }: Launched) {
    this.version = version;
    this.port = port;
    this.superuser = { user: 'postgres', password };
    this.folder = folder;
    this.#guard = guard;
    this.#log = log;
  }

  /** Resolves when the server takes connections. `startServer` has waited for it. */
  async ready(): Promise<void> {
    await this.#readyAs(() => true);
    this.#guard.detach();
  }

  /**
   * Shuts it down, which ends all sessions, and starts it on the same data and port. Resolves when it takes connections.
   */
  async restart(): Promise<void> {
    const before = this.processId;
    writeFileSync(join(this.folder, 'again'), '');
    process.kill(before, 'SIGINT');
    await this.#readyAs((processId) => processId !== before);
  }

  async #readyAs(isMeant: (processId: number) => boolean): Promise<void> {
    const isReady = () => {
      if (this.#guard.hasEnded()) throw new Error('The server ended while it was starting');
      return this.#pidFile()[7]?.trim() === 'ready' && isMeant(this.processId);
    };
    await waitUntil(isReady, { what: 'the server was ready' });
  }

  /** Of the server's main process. */
  get processId(): number {
    return Number(this.#pidFile()[0]);
  }

  #pidFile(): readonly string[] {
    try {
      return readFileSync(join(this.folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
    } catch {
      return [];
    }
  }

  /** The settings of a client, for the maintenance database unless told otherwise. */
  config(role: Role = this.superuser, more: ClientConfig = {}): ClientConfig {
    return { host: this.host, port: this.port, ...role, database: 'postgres', ...more };
  }

  /**
   * A connected client, closed by `stop()` at the latest. Its later errors (it may be terminated) are swallowed; listen for
   * `error` to see them. When it is refused, its slot is free again by the time the error arrives.
   */
  async connect(role?: Role, more?: ClientConfig): Promise<Client> {
    const client = new Client(this.config(role, more));
    client.on('error', () => {});
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    this.#clients.add(client);
    client.once('end', () => this.#clients.delete(client));
    try {
      await client.connect();
      return client;
    } catch (error) {
      await ended;
      throw error;
    }
  }

  /**
   * Runs one statement as superuser in a session of its own, which has ended when the rows are here. So it takes a slot (a
   * reserved one, if needed) only in between. If no slot at all is left, use a client from before.
   */
  async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = await this.connect();
    try {
      const { rows } = await client.query<Row>(text, [...values]);
      return rows;
    } finally {
      await client.end();
    }
  }

  /** The server's whole log so far. An error that a client has seen is already in it. */
  log(): string {
    if (this.#lastLog !== undefined) return this.#lastLog;
    const bytes = Buffer.alloc(fstatSync(this.#log).size);
    const length = readSync(this.#log, bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, length);
  }

  /** Ends all sessions and the server, and removes its folder. It may be called again. The log stays readable. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const closing = [...this.#clients].map((client) => client.end());
    await this.#guard.end();
    await Promise.allSettled(closing);
    this.#lastLog = this.log();
    closeSync(this.#log);
    // The guard, another user, cannot remove it from a temporary folder that is ours alone.
    rmSync(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

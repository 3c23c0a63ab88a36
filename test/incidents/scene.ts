import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import type { KeyPair } from '../support/certificates.ts';
import { guardAgainstOrphaning } from '../support/lambda-guard.ts';
import { socketFrom } from '../support/lost-host.ts';
import type { SystemUser } from '../support/postgres-binaries.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import type { Address } from '../support/proxy.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { waitUntil } from '../support/wait-until.ts';
import { RealClock } from './real-clock.ts';
import { ServerClock } from './server-clock.ts';
import type { Story } from './story.ts';

/** The role, database, application and host of a client. */
export type As = {
  readonly user: string;
  readonly database?: string;
  /** `application_name`; none by default. */
  readonly application?: string;
  /** An address of the loopback network. Each is a host of its own. */
  readonly address?: string;
  /** The host that it comes from, if its network is part of the story. */
  readonly through?: Address;
};

export type Open = Client & { readonly pid: number };

const isRefusal = (error: unknown) => error instanceof DatabaseError && error.code === '53300';
const LONG_AGO_MS = 500 * 24 * 3_600_000;
/** A statement of an ordinary request. */
const REQUEST = "SELECT count(*) FROM pg_catalog.pg_class WHERE relname LIKE 'pg_a%'";

/** What is under way is answered, and clients that work go on, before and after the clock is set ahead. */
const REAL_PAUSE_MS = 120;

type Setting = {
  /** Default: one that is set ahead between the events. */
  readonly clock?: ServerClock | RealClock;
  readonly tls?: KeyPair;
};

/** A real server and its clients, while a story is played. */
export class Scene implements AsyncDisposable {
  readonly server: TestServer;
  readonly clock: ServerClock | RealClock;
  readonly headroom: Role;
  readonly #pace: number;
  readonly #roles = new Map<string, Promise<Role>>();
  readonly #props = new AsyncDisposableStack();
  #isOver = false;

  private constructor(server: TestServer, clock: ServerClock | RealClock, headroom: Role, pace: number) {
    this.server = server;
    this.clock = clock;
    this.headroom = headroom;
    this.#pace = pace;
  }

  static async start(story: Story, pace: number, { clock: given, tls }: Setting = {}): Promise<Scene> {
    const { version, settings, uptimeMs = 0, authentication = 'scram' } = story;
    const log_line_prefix = '%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a';
    // Long enough ago that the story, which goes on from there, ends before today.
    const clock = given ?? new ServerClock(pace === 1 && uptimeMs === 0 ? 0 : LONG_AGO_MS);
    const server = await startServer({
      version,
      authentication,
      ...(tls && { tls }),
      settings: { log_line_prefix, ...settings },
      environment: clock.environment,
    });
    if (clock instanceof ServerClock) await onClock(server);
    clock.ahead(uptimeMs);
    // Without reserved_connections our role may use the slots of superusers, as if the reserve had never been set.
    const headroom = settings.reserved_connections
      ? await createLeastPrivilegeRole(server)
      : await createRole(server, 'headroom', 'SUPERUSER');
    return new Scene(server, clock, headroom, pace);
  }

  /** Whether all time of the story really passes. */
  get #isReal(): boolean {
    return this.#pace === 1 || this.clock instanceof RealClock;
  }

  /** Ends with the story. */
  use<Prop extends AsyncDisposable>(prop: Prop): Prop {
    return this.#props.use(prop);
  }

  /** Makes the role at the first call, with these options. Later calls return the same role. */
  role(name: string, options = ''): Promise<Role> {
    const role = this.#roles.get(name) ?? createRole(this.server, name, options);
    this.#roles.set(name, role);
    return role;
  }

  async database(name: string, options = ''): Promise<void> {
    await this.server.query(`CREATE DATABASE ${escapeIdentifier(name)} ${options}`);
  }

  async open({ user, database, application, address, through }: As, more: object = {}): Promise<Open> {
    const role = await this.role(user);
    const client = await this.server.connect(role, {
      ...(database !== undefined && { database }),
      ...(application !== undefined && { application_name: application }),
      ...(through !== undefined && { host: through.host, port: through.port }),
      ...(address !== undefined && { stream: () => socketFrom(address) }),
      ...more,
    });
    return Object.assign(client, { pid: Number(Reflect.get(client, 'processID')) });
  }

  /** A pool as it opens at the start of its process. */
  async pool(as: As, count: number): Promise<readonly Open[]> {
    await this.role(as.user);
    return await Promise.all(Array.from({ length: count }, () => this.open(as)));
  }

  /** Opens a session each `everyMs`, uses it once and forgets it. `jitter` is a share of the interval. */
  async leak(from: readonly As[], count: number, everyMs: number, jitter = 0.3): Promise<void> {
    const startedAt = this.clock.now();
    const betweenMs = everyMs * this.#pace;
    for (let at = 0; at < count; at += 1) {
      const due = startedAt + (at + (Math.random() - 0.5) * jitter) * betweenMs;
      if (this.#isReal) await sleep(Math.max(0, due - this.clock.now()));
      else this.clock.setTo(due);
      const as = from[at % from.length];
      if (as === undefined) return;
      const client = await this.open(as);
      await client.query(REQUEST);
    }
  }

  /** Clients that work for the rest of the story: a request, a rest, and so on. */
  async busy(as: As, count: number, restMs: number, statement = REQUEST): Promise<void> {
    for (const client of await this.pool(as, count)) void this.#work(client, restMs, statement);
  }

  async #work(client: Client, restMs: number, statement: string): Promise<void> {
    while (!this.#isOver) {
      await client.query(statement).catch(() => {});
      await sleep(Math.random() * 2 * restMs);
    }
  }

  /** One request on each, as a pool lends them one after the other. */
  async request(clients: readonly Client[], statement = REQUEST): Promise<void> {
    for (const client of clients) await client.query(statement);
  }

  /** Starts a statement without waiting for it. It runs for the rest of the story. */
  start(client: Client, statement: string): void {
    client.query(statement).catch(() => {});
  }

  /** Clients that come when the server is full. Each must be refused. */
  async refuse(as: As, count: number, more: object = {}): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      const client = await this.open(as, more).catch((error) => {
        if (!isRefusal(error)) throw error;
      });
      if (client) throw new Error(`${as.user} was let in, and should have been refused`);
    }
  }

  /**
   * Clients that come again at once after every end and every refusal, until the story ends. Those that connect stay for
   * one request.
   */
  storm(as: As, count: number, pauseMs = 20, request = 'SELECT pg_sleep(0.4)'): void {
    const comeAgain = async () => {
      while (!this.#isOver) {
        const client = await this.open(as).catch(() => null);
        await client?.query(request).catch(() => {});
        if (client) await client.end().catch(() => {});
        else await sleep(pauseMs);
      }
    };
    const started = this.role(as.user).then(() => Promise.all(Array.from({ length: count }, comeAgain)));
    this.#props.defer(async () => void (await started));
  }

  /** Real clients of pgbench, which run the statement again and again until the story ends. */
  async pgbench(as: As, clients: number, statement: string, more: readonly string[] = []): Promise<void> {
    const script = join(this.server.folder, `${as.user}.sql`);
    writeFileSync(script, statement);
    const args = ['-n', '-f', script, '-c', String(clients), '-j', '2', '-T', '600', ...more, 'postgres'];
    this.program('pgbench', args, await this.environment(as));
    await this.until(`usename = '${as.user}'`, clients);
  }

  /** Waits until so many sessions match. Programs connect in their own time. */
  async until(condition: string, count: number): Promise<void> {
    const isThere = async () => {
      const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE ${condition}`;
      return ((await this.server.query<{ count: number }>(text))[0]?.count ?? 0) >= count;
    };
    await waitUntil(isThere, { what: `${count} sessions were ${condition}`, everyMs: 50 });
  }

  /** The environment that tells PostgreSQL's own programs where to connect. */
  async environment({ user, database = 'postgres', application }: As): Promise<NodeJS.ProcessEnv> {
    const { password } = await this.role(user);
    const { host, port } = this.server;
    return {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: database,
      ...(application !== undefined && { PGAPPNAME: application }),
    };
  }

  /** Runs a program of the system until the story ends. */
  program(
    path: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    as: SystemUser = {},
  ): ChildProcess {
    const child = spawn(path, args, {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, ...env },
      ...as,
    });
    guardAgainstOrphaning(child);
    this.#props.defer(() => void child.kill('SIGKILL'));
    return child;
  }

  /** A pause of the story. At a slower pace most of it passes on the server's clock only. */
  async wait(ms: number): Promise<void> {
    if (this.#isReal) return await sleep(ms * this.#pace);
    await this.pass(ms * this.#pace);
  }

  /** So much passes on the server's clock, and a moment of real time before and after. */
  async pass(ms: number): Promise<void> {
    await sleep(REAL_PAUSE_MS);
    this.clock.ahead(Math.max(0, ms - 2 * REAL_PAUSE_MS));
    await sleep(REAL_PAUSE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#props.disposeAsync();
    await this.server.stop();
    await this.clock[Symbol.asyncDispose]();
  }
}

/**
 * The postmaster of 14 and 15 starts its own processes in a signal handler, in which the library keeps the real time. Those
 * that may be ended are started again outside of it, so that the server is as old as the story says.
 */
async function onClock(server: TestServer): Promise<void> {
  const own = `backend_type IN ('walwriter', 'background writer', 'autovacuum launcher')`;
  const text = `SELECT pid, backend_start > clock_timestamp() AS late FROM pg_stat_activity WHERE ${own}`;
  const isSo = async () => {
    const found = await server.query<{ pid: number; late: boolean }>(text);
    for (const { pid, late } of found) if (late) process.kill(pid, 'SIGTERM');
    return found.length === 3 && found.every(({ late }) => !late);
  };
  await waitUntil(isSo, { what: "the server's own processes were on its clock", everyMs: 400 });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { createPrivilegedRole } from '../failure-modes/stage.ts';
import { guardAgainstOrphaning } from '../support/lambda-guard.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import type { Story } from './story.ts';

/** Who connects, and from where. */
export type As = {
  readonly user: string;
  readonly database?: string;
  /** `application_name`; none by default. */
  readonly application?: string;
  /** Of the loopback network; each is a host of its own. */
  readonly address?: string;
};

export type Open = Client & { readonly pid: number };

const isRefusal = (error: unknown) => error instanceof DatabaseError && error.code === '53300';
/** A statement of an ordinary request. */
const REQUEST = "SELECT count(*) FROM pg_catalog.pg_class WHERE relname LIKE 'pg_a%'";

/** A real server and its clients, while a story is played. */
export class Scene implements AsyncDisposable {
  readonly server: TestServer;
  readonly headroom: Role;
  readonly #roles = new Map<string, Role>();
  readonly #props = new AsyncDisposableStack();
  #isOver = false;

  private constructor(server: TestServer, headroom: Role) {
    this.server = server;
    this.headroom = headroom;
  }

  static async start({ version, settings }: Story): Promise<Scene> {
    const log_line_prefix = '%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a';
    const server = await startServer({ version, settings: { log_line_prefix, ...settings } });
    return new Scene(server, await createPrivilegedRole(server, 'headroom'));
  }

  /** Ends with the story. */
  use<Prop extends AsyncDisposable>(prop: Prop): Prop {
    return this.#props.use(prop);
  }

  async role(name: string, options = ''): Promise<Role> {
    const known = this.#roles.get(name);
    if (known) return known;
    const role = await createRole(this.server, name, options);
    this.#roles.set(name, role);
    return role;
  }

  async database(name: string, options = ''): Promise<void> {
    await this.server.query(`CREATE DATABASE ${escapeIdentifier(name)} ${options}`);
  }

  async open({ user, database, application, address }: As, more: object = {}): Promise<Open> {
    const role = await this.role(user);
    const client = await this.server.connect(role, {
      ...(database !== undefined && { database }),
      ...(application !== undefined && { application_name: application }),
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
    const startedAt = performance.now();
    for (let at = 0; at < count; at += 1) {
      const due = startedAt + (at + (Math.random() - 0.5) * jitter) * everyMs;
      await sleep(Math.max(0, due - performance.now()));
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

  /** Uses sessions for a while, one after the other, as a pool lends them. */
  async use1(clients: readonly Client[], statement = REQUEST): Promise<void> {
    for (const client of clients) await client.query(statement);
  }

  /** A statement that is not awaited: it runs for the rest of the story. */
  start(client: Client, statement: string): void {
    client.query(statement).catch(() => {});
  }

  /** Clients that come when it is too late; each must be refused. */
  async refuse(as: As, count: number, more: object = {}): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      const client = await this.open(as, more).catch((error) => {
        if (!isRefusal(error)) throw error;
      });
      if (client) throw new Error(`${as.user} was let in, and should have been refused`);
    }
  }

  /** Clients that come again at once, whatever happens: those that get in stay for a request or two. */
  async storm(as: As, count: number, forMs: number, pauseMs = 20): Promise<void> {
    await this.role(as.user);
    const until = performance.now() + forMs;
    const comeAgain = async () => {
      while (performance.now() < until && !this.#isOver) {
        const client = await this.open(as).catch(() => null);
        if (client) {
          await client.query('SELECT pg_sleep(0.05)').catch(() => {});
          await client.end().catch(() => {});
        } else await sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: count }, comeAgain));
  }

  /** A program of the system, until the story ends. */
  program(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(path, args, { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, ...env } });
    guardAgainstOrphaning(child);
    this.#props.defer(() => void child.kill('SIGKILL'));
    return child;
  }

  async wait(ms: number): Promise<void> {
    await sleep(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#props.disposeAsync();
    await this.server.stop();
  }
}

/** A socket whose own end has this address. */
function socketFrom(localAddress: string): Socket {
  const socket = new Socket();
  const connect = Socket.prototype.connect.bind(socket);
  return Object.assign(socket, {
    connect: (port: number, host: string) => connect({ port, host, localAddress }),
  });
}

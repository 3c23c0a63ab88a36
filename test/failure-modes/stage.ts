import type { Client, ClientConfig } from 'pg';
import type { Policy } from '../../functions/core/policy/policy.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { identityOf } from '../../functions/core/server/session.ts';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import type { FailedRun } from '../../functions/events/parse-destination.ts';
import type { CredentialSource, Target } from '../../functions/postgres/connection/target.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import type { Message } from '../../functions/render/base/message.ts';
import {
  type Role,
  type ServerOptions,
  startServer,
  type TestServer,
  type Version,
} from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { alarmNow, aRequest, brisk, eagerPolicy } from '../support/runs.ts';
import { endAllSessions } from '../support/server-state.ts';
import {
  fillUntilRefused,
  openActive,
  openHolderOfAdvisoryLock,
  openIdle,
  openIdleInTransaction,
  openListener,
  type SessionOptions,
  type TestSession,
} from '../support/sessions.ts';
import { inMs, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Slots that clients share, those of them that the bystanders and the onlooker hold, and what is left. */
const USABLE = 24;
export const BYSTANDERS = 6;
export const REST = USABLE - BYSTANDERS;
export const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });

/** Where the victims fill more than one window, which has 32. */
export const TWO_WINDOWS = { usable: 64, authentication: 'trust' } as const;
export const FREE = 40;
export const ENFORCE_TWO_WINDOWS = eagerPolicy('enforce', { freeSlots: FREE });

/** Sessions that were told to end have ended by then, 500 on a slow machine too: each takes 30 ms of CPU there. */
const LAST_MOMENT_MS = 300_000;
/** The key of the product's lock, "pghr" in ASCII. */
export const LOCK_KEY = 0x70676872;

/** `usable` are the slots that clients share. */
export type StageOptions = Omit<ServerOptions, 'settings'> & { readonly usable?: number };

/** Does something to the ports of a run. */
export type Change = (ports: RemediatePorts) => RemediatePorts;

type RunOptions = {
  readonly target?: Partial<Target>;
  readonly role?: Role;
  readonly source?: CredentialSource;
  readonly policy?: Policy;
  readonly trigger?: Trigger;
  readonly deadlineMs?: number;
  /** Waits before the last read as long as it really does; else that takes no time. */
  readonly settles?: boolean;
  /** Does something to the ports, to strike at an exact step. */
  readonly change?: Change;
};

/** A role that gets into what is reserved; before 16 only superusers do. */
export function createPrivilegedRole(server: TestServer, name: string): Promise<Role> {
  return server.version >= 16
    ? createLeastPrivilegeRole(server, name)
    : createRole(server, name, 'SUPERUSER');
}

export function settingsFor(usable: number, version: Version): Readonly<Record<string, number>> {
  return version >= 16
    ? { max_connections: usable + 6, superuser_reserved_connections: 3, reserved_connections: 3 }
    : { max_connections: usable + 3, superuser_reserved_connections: 3 };
}

/** What came of a run. */
export type Proof = {
  readonly told: RunRecord | FailedRun;
  /** What people got, where it is not what the record alone comes to. */
  readonly message?: Pick<Message, 'subject' | 'text'>;
  /** The pids that it told to end. */
  readonly tried: readonly number[];
  /** The sessions of those before that are gone, once it is as many as expected. */
  readonly ended: (expected: number) => Promise<readonly string[]>;
};

export function proofOf(told: RunRecord, ended: Proof['ended']): Proof {
  return { told, tried: told.attempts.map(({ pid }) => pid), ended };
}

/** A server with clients on it, some of whom nobody may end, and runs against it. */
export class Stage implements AsyncDisposable {
  readonly server: TestServer;
  readonly app: Role;
  readonly headroom: Role;
  /** A superuser's session from before anything went wrong. */
  readonly #watch: Client;
  readonly #standby: Role;
  #props = new AsyncDisposableStack();

  private constructor(server: TestServer, app: Role, headroom: Role, standby: Role, watch: Client) {
    this.server = server;
    this.app = app;
    this.headroom = headroom;
    this.#standby = standby;
    this.#watch = watch;
  }

  static async start({ usable = USABLE, ...options }: StageOptions): Promise<Stage> {
    const server = await startServer({ ...options, settings: settingsFor(usable, options.version) });
    const app = await createRole(server, 'app');
    const headroom = await createPrivilegedRole(server, 'headroom');
    const standby = await createRole(server, 'standby', 'REPLICATION');
    return new Stage(server, app, headroom, standby, await server.connect());
  }

  /** Lends something for this row, and disposes of it afterwards. */
  use<T extends AsyncDisposable>(prop: T): T {
    return this.#props.use(prop);
  }

  /** Does something when the row is over and its sessions are counted. */
  afterwards(action: () => Promise<unknown>): void {
    this.#props.defer(async () => void (await action()));
  }

  query(text: string, values: readonly unknown[] = []) {
    return this.#watch.query(text, [...values]);
  }

  /** Some whom nobody may end; `REST` slots are left. */
  async openBystanders(): Promise<void> {
    const { server, app } = this;
    await server.connect(this.#standby, {
      replication: 'database',
      application_name: 'standby',
    } as ClientConfig);
    await openListener(server, { role: app, application: 'notifier' });
    await openHolderOfAdvisoryLock(server, { role: app, application: 'leader' });
    await openActive(server, { role: app, application: 'report' });
    await openIdleInTransaction(server, { role: app, application: 'ledger' });
    await openIdle(server, { role: server.superuser, application: 'console' });
  }

  /** Until clients are refused: bystanders, and idle sessions of one application. */
  async fill(options: Partial<SessionOptions> = {}): Promise<readonly TestSession[]> {
    const { server, app } = this;
    await this.openBystanders();
    return (await fillUntilRefused(server, { role: app, application: 'billing', ...options })).sessions;
  }

  async run(options: RunOptions = {}): Promise<Proof> {
    const before = await this.sessions();
    const told = await this.remediate(options);
    return proofOf(told, (expected) => this.endedSince(before, expected));
  }

  remediate({ source, settles = false, ...options }: RunOptions): Promise<RunRecord> {
    const role = options.role ?? this.headroom;
    const ports = serverPorts(targetOf(this.server, options.target), source ?? (async () => role), () => {});
    const request = aRequest({
      policy: options.policy ?? ENFORCE,
      trigger: options.trigger ?? alarmNow(),
      deadline: inMs(options.deadlineMs ?? 30_000),
    });
    const changed = options.change?.(ports) ?? ports;
    return remediate(request, settles ? changed : brisk(changed));
  }

  /** Everybody's on this server but the onlooker's, our own and the cleaners' that come and go by themselves. */
  async sessions(): Promise<readonly string[]> {
    const { rows } = await this.query(
      `SELECT pid, backend_start::text AS "backendStart" FROM pg_stat_activity
       WHERE pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker' AND application_name <> 'pg-headroom'`,
    );
    return rows.map(identityOf);
  }

  /** Who of those before is gone, once it is as many as expected; a session takes a moment to end. */
  async endedSince(before: readonly string[], expected: number): Promise<readonly string[]> {
    const look = async () => {
      const now = new Set(await this.sessions());
      return before.filter((identity) => !now.has(identity));
    };
    const deadline = Date.now() + LAST_MOMENT_MS;
    while ((await look()).length < expected && Date.now() < deadline)
      await this.query('SELECT pg_sleep(0.01)');
    await this.query('SELECT pg_sleep(0.05)');
    return await look();
  }

  /** The product's session is closed, or the server has taken it back, and so is its lock. */
  async expectNothingOfOurs(timeoutMs = 300_000): Promise<void> {
    const ours = async () => {
      const { rows } = await this.query(
        `SELECT 'session' FROM pg_stat_activity WHERE application_name = 'pg-headroom'
         UNION ALL SELECT 'lock' FROM pg_locks WHERE locktype = 'advisory' AND objid = $1`,
        [LOCK_KEY],
      );
      return rows.length;
    };
    await waitUntil(async () => (await ours()) === 0, { what: 'nothing of ours was left', timeoutMs });
  }

  /** What the row has brought along goes. */
  async tidy(): Promise<void> {
    const props = this.#props;
    this.#props = new AsyncDisposableStack();
    await props.disposeAsync();
  }

  /** Clears the server for the next row. */
  async clear(): Promise<void> {
    await this.tidy();
    const watch = { query: async (text: string) => (await this.#watch.query<{ pid: number }>(text)).rows };
    await endAllSessions(watch, ['client backend', 'walsender']);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tidy();
    await this.server.stop();
  }
}

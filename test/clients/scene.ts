import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { parseEvent } from '../../functions/events/parse-event.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { logDocument, subscriptionEvent } from '../support/events.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest } from '../support/runs.ts';
import { targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';
import { Program } from './program.ts';

/** Slots that clients share. */
export const USABLE = 24;

/** As deployed, but for the ages, and for the target that so few slots need. */
const POLICY = parsePolicy({
  mode: 'enforce',
  relieve: {
    when: { usedPercent: 95 },
    until: { usedPercent: 70 },
    ladder: [{ state: 'idle', minAge: '10s' }],
  },
});
const OLD_MS = 10_000;

/** How to start a program; the server's address and who comes are in its environment, as libpq has them. */
export type Start = {
  readonly file: string;
  readonly args?: readonly string[];
  /** Null for the technology's own, which may be none. */
  readonly application?: string | null;
  readonly env?: Readonly<Record<string, string>>;
};

/** The role of the program that takes too much. */
export const OFFENDER = 'orders';

type Roles = Readonly<Record<'offender' | 'neighbour' | 'headroom', Role>>;

/** A server, a healthy program that works on it all along, and a program that takes the rest of the slots. */
export class Scene implements AsyncDisposable {
  readonly server: TestServer;
  readonly #roles: Roles;
  #neighbour: Program | null = null;
  readonly #props = new AsyncDisposableStack();

  private constructor(server: TestServer, roles: Roles) {
    this.server = server;
    this.#roles = roles;
    this.#props.use(server);
  }

  static async start(): Promise<Scene> {
    const settings = {
      max_connections: USABLE + 6,
      superuser_reserved_connections: 3,
      reserved_connections: 3,
    };
    const server = await startServer({ version: 18, settings });
    const roles = {
      offender: await createRole(server, OFFENDER),
      neighbour: await createRole(server, 'shop'),
      headroom: await createLeastPrivilegeRole(server),
    };
    await server.query(
      'CREATE TABLE public.orders AS SELECT n % 2 = 0 AS paid FROM generate_series(1, 100) n',
    );
    await server.query('GRANT SELECT ON public.orders TO orders, shop');
    return new Scene(server, roles);
  }

  /** The program that takes too much. */
  start(start: Start): Program {
    return this.#launch(start, this.#roles.offender);
  }

  /** The healthy one, of the same technology. */
  startNeighbour(start: Start): Program {
    this.#neighbour = this.#launch(start, this.#roles.neighbour);
    return this.#neighbour;
  }

  #launch({ file, args = [], application = null, env = {} }: Start, role: Role): Program {
    const { host, port } = this.server;
    const program = new Program({
      file,
      args,
      env: {
        PATH: process.env.PATH ?? '',
        PGHOST: host,
        PGPORT: String(port),
        PGUSER: role.user,
        PGPASSWORD: role.password,
        PGDATABASE: 'postgres',
        ...(application !== null && { PGAPPNAME: application }),
        JDBC_URL: `jdbc:postgresql://${host}:${port}/postgres`,
        ...env,
      },
    });
    return this.#props.use(program);
  }

  /** How many sessions the offender has. */
  async offenders(): Promise<number> {
    return (await this.server.query("SELECT FROM pg_stat_activity WHERE usename = 'orders'")).length;
  }

  /** As an administrator would. */
  async endOffenders(): Promise<void> {
    await this.server.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orders'",
    );
  }

  async untilOffenders(count: number): Promise<void> {
    const isSo = async () => (await this.offenders()) === count;
    await waitUntil(isSo, { what: `there were ${count} sessions`, everyMs: 50 });
  }

  /** The neighbour's sessions, by process and start. */
  async neighbours(): Promise<string> {
    const rows = await this.server.query(
      "SELECT pid, backend_start::text FROM pg_stat_activity WHERE usename = 'shop' ORDER BY pid",
    );
    return JSON.stringify(rows);
  }

  /** The lines of refused clients in the server's log. */
  refusals(): readonly string[] {
    return this.server
      .log()
      .split('\n')
      .filter((line) => line.includes(' 53300 '));
  }

  /** As many of the offender's sessions as will go are old enough, and one that stays. */
  async untilOldEnough(ended: number): Promise<void> {
    if (ended === 0) return;
    const isSo = async () => {
      const rows = await this.server.query(
        `SELECT FROM pg_stat_activity WHERE usename = 'orders' AND state = 'idle'
           AND clock_timestamp() - state_change > $1 * interval '1 ms'`,
        [OLD_MS],
      );
      return rows.length > ended;
    };
    await waitUntil(isSo, { what: 'enough sessions were old', everyMs: 100 });
  }

  /** A run for what the server's log says by now, as a log subscription brings it. */
  heal(): Promise<RunRecord> {
    const { server } = this;
    const events = this.refusals().map((message) => ({ message, timestamp: Date.now() }));
    const trigger = parseEvent(subscriptionEvent(logDocument(events)));
    const ports = serverPorts(
      targetOf(server),
      async () => this.#roles.headroom,
      () => {},
    );
    return remediate(aRequest({ policy: POLICY, trigger }), ports);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#props.disposeAsync();
  }
}

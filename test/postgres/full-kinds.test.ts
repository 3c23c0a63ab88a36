import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../functions/core/base/errors.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { type HalfOpen, openSilent, openUnproven } from '../support/half-open.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy } from '../support/runs.ts';
import { fillUntilRefused, openIdle } from '../support/sessions.ts';
import { inMs, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Enough for several tries on a quiet machine. */
const SHORT_MS = 400;
const MAX_CONNECTIONS = 12;
const SUPERUSER_RESERVED = 2;
/** More than a server of that size takes on at all, with the few processes that it has of its own. */
const TOO_MANY = 60;

const ENFORCE = eagerPolicy('enforce', { freeSlots: 3 });

const BY_WHOM = 'by sessions or by clients that never finish logging in';
const ALL_TAKEN = `all slots are taken, also the reserved ones, ${BY_WHOM}; end sessions in a superuser session that is already open`;
const RESERVED_LEFT = `only slots that are reserved for other roles are free; the rest is taken ${BY_WHOM}; grant`;

const UNFINISHED = 'Clients that never finish logging in also hold slots';

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;
  /** Who gets into the reserve. */
  let privileged: Role;
  /** In before anybody else: it looks on and clears up where nobody gets in. */
  let watcher: Client;
  const halfOpen: HalfOpen[] = [];
  const reserved = version >= 16 ? 2 : 0;
  /** With the watcher's, all slots but the reserved ones. */
  const ordinarySlots = MAX_CONNECTIONS - SUPERUSER_RESERVED - reserved - 1;

  beforeAll(async () => {
    server = await startServer({
      version,
      settings: {
        max_connections: MAX_CONNECTIONS,
        superuser_reserved_connections: SUPERUSER_RESERVED,
        ...(version >= 16 && { reserved_connections: reserved }),
        // They count for how many processes the server has at most.
        max_wal_senders: 0,
        max_worker_processes: 1,
        autovacuum_max_workers: 1,
      },
    });
    watcher = await server.connect();
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
    privileged = version >= 16 ? headroom : await createRole(server, 'chief', 'SUPERUSER');
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await Promise.all(halfOpen.splice(0).map(({ close }) => close()));
    const others = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    await watcher.query(`SELECT pg_terminate_backend(pid) ${others}`);
    await waitUntil(hasRoom, { what: 'every slot was free again' });
  });

  /** Whoever does not show takes slots and processes too. */
  async function hasRoom() {
    const all = Array.from({ length: MAX_CONNECTIONS - 1 }, () => server.connect());
    const results = await Promise.allSettled(all);
    await Promise.all(results.map((result) => result.status === 'fulfilled' && result.value.end()));
    return results.every(({ status }) => status === 'fulfilled');
  }
  const silent = async (count: number) => halfOpen.push(await openSilent(server, count));
  const unproven = async (count: number) => halfOpen.push(await openUnproven(server, 'app', count));
  const nobodyGetsIn = () =>
    waitUntil(
      () =>
        server.connect().then(
          (client) => client.end().then(() => false),
          () => true,
        ),
      { what: 'superusers were refused' },
    );
  const shown = async () => {
    const clients = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    const { rows } = await watcher.query(`SELECT coalesce(state, '') AS state ${clients}`);
    return rows.map(({ state }) => state);
  };

  type Kind = {
    readonly full: () => Promise<unknown>;
    readonly role: () => Role;
    readonly database?: string;
    readonly routine: string;
    readonly code: ErrorCode;
    readonly says: string;
    readonly advises: string;
    /** Sessions that a superuser sees besides its own. */
    readonly shows: number;
  };
  const KINDS: readonly (readonly [string, Kind])[] = [
    [
      'sessions in every slot',
      {
        full: () => fillUntilRefused(server, { role: server.superuser }),
        role: () => privileged,
        routine: 'InitProcess',
        code: 'connect-full',
        says: ALL_TAKEN,
        advises: UNFINISHED,
        shows: MAX_CONNECTIONS - 1,
      },
    ],
    [
      'clients in every slot that never finish logging in',
      {
        full: () => unproven(MAX_CONNECTIONS - 1),
        role: () => privileged,
        routine: 'InitProcess',
        code: 'connect-full',
        says: ALL_TAKEN,
        advises: UNFINISHED,
        shows: version >= 18 ? MAX_CONNECTIONS - 1 : 0,
      },
    ],
    [
      'sessions in all slots but the reserved ones',
      {
        full: () => fillUntilRefused(server, { role: app }),
        role: () => app,
        routine: 'InitPostgres',
        code: 'connect-full',
        says: RESERVED_LEFT,
        advises: UNFINISHED,
        shows: ordinarySlots,
      },
    ],
    [
      'clients in all slots but the reserved ones that never finish logging in',
      {
        full: () => unproven(ordinarySlots),
        role: () => app,
        routine: 'InitPostgres',
        code: 'connect-full',
        says: RESERVED_LEFT,
        advises: UNFINISHED,
        shows: version >= 18 ? ordinarySlots : 0,
      },
    ],
    [
      'sessions of roles like ours in all slots but those of superusers',
      {
        full: () => fillUntilRefused(server, { role: headroom }),
        role: () => headroom,
        routine: 'InitPostgres',
        code: 'connect-full',
        says: RESERVED_LEFT,
        advises: UNFINISHED,
        shows: MAX_CONNECTIONS - 1 - SUPERUSER_RESERVED,
      },
    ],
    [
      'more connections that say nothing than the server takes on',
      {
        full: () => silent(TOO_MANY).then(nobodyGetsIn),
        role: () => privileged,
        routine: version >= 17 ? 'BackendInitialize' : 'ProcessStartupPacket',
        code: 'connect-half-open',
        says: 'it has more connections than it can serve, refuses superusers too, and most of these clients have not logged in; find their address',
        advises: 'No client can log in, not even a superuser.',
        shows: 0,
      },
    ],
    [
      'as many sessions of our role as it may have',
      {
        full: async () => {
          await watcher.query('ALTER ROLE headroom CONNECTION LIMIT 1');
          await openIdle(server, { role: headroom });
        },
        role: () => headroom,
        routine: 'InitializeSessionUserId',
        code: 'connect-role-limit',
        says: "our own role's CONNECTION LIMIT is reached; raise it to at least 5",
        advises: 'This run could not see who holds the slots.',
        shows: 1,
      },
    ],
    [
      'as many sessions in the maintenance database as it may have',
      {
        full: async () => {
          await watcher.query('CREATE DATABASE narrow CONNECTION LIMIT 1');
          await openIdle(server, { role: app, database: 'narrow' });
        },
        role: () => app,
        database: 'narrow',
        routine: 'CheckMyDatabase',
        code: 'connect-database-limit',
        says: `the maintenance database's CONNECTION LIMIT is reached; declare another "database" for the server, or name it in the URL`,
        advises: 'This run could not see who holds the slots.',
        shows: 1,
      },
    ],
  ];

  test.each(KINDS)('%s are told by the routine that refuses us', async (_, kind) => {
    await kind.full();
    const target = targetOf(server, { database: kind.database ?? 'postgres' });
    const ports = serverPorts(
      target,
      async () => kind.role(),
      () => {},
    );
    const record = await refusedRun(ports);
    const { attempts, refusals } = record.connecting;
    expect(record).toMatchObject({ outcome: 'cannot-connect', problem: { code: kind.code }, snapshot: null });
    expect(record.problem?.message).toContain(`after ${attempts} tries`);
    expect(record.problem?.message).toContain(`: ${kind.says}`);
    expect(textOf(record)).toContain(kind.advises);
    expect(refusals.reduce((sum, { count }) => sum + count, 0)).toBe(attempts);
    // On a slow machine our own tries, up to three at a time, may also find that they have taken the last slots.
    expect(refusals).toContainEqual(expect.objectContaining({ sqlstate: '53300', routine: kind.routine }));
    await expect.poll(shown).toHaveLength(kind.shows);
    await watcher.query('ALTER ROLE headroom CONNECTION LIMIT -1');
  });

  test('clients that never finish logging in make no run blind, are ended by none, and are named', async () => {
    await unproven(ordinarySlots);
    const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, privileged));
    const { snapshot, plan } = record;
    const text = textOf(record);
    const starting = snapshot?.sessions.filter(({ state }) => state === 'starting') ?? [];

    expect(record).toMatchObject({ problem: null, attempts: [], connecting: { refusals: [] } });
    if (version >= 18) {
      expect(starting).toHaveLength(ordinarySlots);
      expect(record.outcome).toBe('no-candidates');
      // The watcher's is the other one.
      expect(plan?.pressure).toMatchObject([{ used: ordinarySlots + 1, free: 0, under: true }]);
      const reasons = plan?.spared.filter(({ session }) => starting.includes(session));
      expect(new Set(reasons?.map(({ reason }) => reason))).toEqual(new Set(['built-in']));
      expect(text).toContain(`${ordinarySlots} clients have not finished logging in`);
      expect(text).toContain("WHERE state = 'starting' GROUP BY 1");
    } else {
      expect(starting).toEqual([]);
      expect(record.outcome).toBe('unexplained');
      expect(plan?.pressure).toMatchObject([{ used: 1, under: false }]);
      expect(text).toContain('Clients that never finish logging in also hold slots');
    }
    await expect(server.connect(app)).rejects.toMatchObject({ code: '53300' });
  });
});

/** A run whose tries the server has all answered. A slow machine may need more time for that. */
async function refusedRun(ports: RemediatePorts): Promise<RunRecord> {
  for (let withinMs = SHORT_MS; ; withinMs *= 2) {
    const record = await remediate(aRequest({ policy: ENFORCE, deadline: inMs(withinMs) }), ports);
    const { attempts, refusals } = record.connecting;
    const answered = refusals.reduce((sum, { count, sqlstate }) => sum + (sqlstate ? count : 0), 0);
    const isTold = attempts > 1 && answered === attempts;
    if (isTold || withinMs > 60_000) return record;
  }
}

/** What on-call reads, on one line. */
function textOf(record: RunRecord): string {
  return fullTextOf(record).replace(/\s+/g, ' ');
}

import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../../asked-program.ts';
import { startPsycopg2 } from '../../psycopg2.ts';
import type { Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { causeOf } from '../slow/cause-of.ts';
import { vacuumForLong } from '../slow/held-up.ts';
import { DAY, fill, HOUR, hosts, MINUTE, SECOND } from '../slow/slow-story.ts';
import { otherTeam } from './other-team.ts';

/** The real pg_dump, which is stuck in a table because nobody reads its file. */
async function stuckDump(scene: Scene, table: string): Promise<void> {
  const pipe = join(scene.server.folder, 'dump');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, 'r+');
  scene.use({ [Symbol.asyncDispose]: async () => closeSync(reader) });
  scene.program('pg_dump', ['-t', table, '-f', pipe], await scene.environment({ user: 'backup' }));
  await scene.until("application_name = 'pg_dump' AND wait_event = 'ClientWrite'", 1);
}

/** Sessions of other teams that wait, for a lock, for their client or for a standby. */
export const OTHER_TEAMS_QUEUES: readonly Story[] = [
  otherTeam({
    name: 'lock-pile-up-index-behind-autovacuum',
    told: 'An autovacuum worker prevents wraparound, a CREATE INDEX of a person waits for it, and 21 requests wait for that.',
    version: 17,
    uptimeMs: 150 * DAY,
    used: 22 + 7,
    beside: 7,
    settings: { autovacuum_naptime: 1, autovacuum_freeze_max_age: 100_000 },
    truth: causeOf('lock-pile-up', 'lee'),
    play: async (scene) => {
      await scene.role('lee');
      await scene.server.query('GRANT postgres TO lee');
      await vacuumForLong(scene);
      scene.start(
        await scene.open({ user: 'lee', application: 'psql', address: '127.0.170.3' }),
        'CREATE INDEX ON stock (id)',
      );
      await scene.until("wait_event_type = 'Lock'", 1);
      for (const client of await scene.pool(
        { user: 'orders', application: 'orders', address: '127.0.170.4' },
        21,
      ))
        scene.start(client, 'INSERT INTO stock VALUES (1, $$x$$)');
      await scene.pass(13 * MINUTE);
    },
  }),
  otherTeam({
    name: 'lock-pile-up-behind-a-stuck-dump',
    told: 'pg_dump is stuck because its disk is, an ALTER TABLE of a migration waits for it, and 24 requests wait for that.',
    version: 15,
    uptimeMs: 70 * DAY,
    used: 26 + 6,
    beside: 6,
    truth: { causes: ['lock-pile-up'], culprits: [{ user: 'backup' }, { user: 'migrator' }] },
    play: async (scene) => {
      await scene.role('migrator');
      await scene.server.query(
        'CREATE TABLE events AS SELECT id, repeat($$x$$, 400) AS more FROM generate_series(1, 90000) AS id',
      );
      await scene.server.query('GRANT ALL ON events TO PUBLIC; ALTER TABLE events OWNER TO migrator');
      await stuckDump(scene, 'events');
      await scene.pass(45 * MINUTE);
      scene.start(
        await scene.open({ user: 'migrator', application: 'alembic', address: '127.0.171.3' }),
        'ALTER TABLE events ADD COLUMN seen boolean',
      );
      await scene.until("wait_event_type = 'Lock'", 1);
      for (const client of await scene.pool(
        { user: 'tracker', application: 'tracker', address: '127.0.171.4' },
        24,
      ))
        scene.start(client, 'SELECT id FROM events WHERE id = 4');
      await scene.pass(8 * MINUTE);
    },
  }),
  otherTeam({
    name: 'lock-pile-up-behind-a-prepared-transaction',
    told: 'A prepared transaction that was forgotten two days ago holds a row, and 27 requests of a nightly job wait for it.',
    version: 16,
    uptimeMs: 35 * DAY,
    used: 27 + 9,
    beside: 9,
    settings: { max_prepared_transactions: 5 },
    truth: causeOf('lock-pile-up', 'night'),
    play: async (scene) => {
      await scene.server.query(
        'CREATE TABLE totals (id int, amount int); INSERT INTO totals VALUES (1, 0); GRANT ALL ON totals TO PUBLIC',
      );
      await scene.server.query("BEGIN; UPDATE totals SET amount = 1; PREPARE TRANSACTION 'branch-7'");
      await scene.pass(2 * DAY);
      for (const client of await scene.pool(
        { user: 'night', application: 'nightly', address: '127.0.172.4' },
        27,
      ))
        scene.start(client, 'UPDATE totals SET amount = amount + 1 WHERE id = 1');
      await scene.pass(17 * MINUTE);
    },
  }),
  otherTeam({
    name: 'clients-owe-input-psql-from-a-pipe',
    told: 'Thirty-two psql load from a pipe of which the other end is stuck: COPY FROM STDIN since twelve minutes.',
    version: 17,
    uptimeMs: 15 * DAY,
    used: 32 + 9,
    beside: 9,
    truth: causeOf('clients-owe-input', 'ingest'),
    play: async (scene) => {
      await scene.server.query('CREATE TABLE staging (line text); GRANT ALL ON staging TO PUBLIC');
      const env = await scene.environment({ user: 'ingest' });
      for (let at = 0; at < 32; at += 1)
        scene.program('psql', ['-c', 'COPY staging FROM STDIN'], env).stdin?.write('first\nsecond\n');
      await scene.until("usename = 'ingest' AND wait_event = 'ClientRead' AND state = 'active'", 32);
      await scene.pass(12 * MINUTE);
    },
  }),
  otherTeam({
    name: 'idle-in-transaction-psycopg2-without-commit',
    told: 'Reports on three hosts read with psycopg2 and call a slow service before they commit: eleven open transactions each, since 50 minutes.',
    version: 15,
    uptimeMs: 26 * DAY,
    used: 33 + 8,
    beside: 8,
    truth: causeOf('idle-in-transaction', 'reports'),
    play: async (scene, random) => {
      await scene.role('reports');
      for (const address of hosts(173, 3)) {
        const pools = await startPsycopg2(scene, { user: 'reports', address });
        await ask(pools, 'pool reports 11');
        scene.clock.ahead(random.between(1, 4) * MINUTE);
        for (let at = 0; at < 11; at += 1) {
          await ask(pools, 'leave reports 1');
          scene.clock.ahead(random.between(2, 20) * SECOND);
        }
      }
      await scene.pass(50 * MINUTE);
    },
  }),
  otherTeam({
    name: 'slow-queries-commits-wait-for-a-standby',
    told: 'The synchronous standby is gone, and the commits of 29 writers have waited for it since six minutes.',
    version: 14,
    uptimeMs: 100 * DAY,
    used: 29 + 7,
    truth: causeOf('slow-queries', 'writer'),
    play: async (scene) => {
      await scene.server.query('CREATE TABLE carts (id int); GRANT ALL ON carts TO PUBLIC');
      await scene.role('web');
      await scene.role('writer');
      // Test servers have it off.
      await scene.server.query('ALTER ROLE writer SET synchronous_commit = on');
      await scene.busy({ user: 'reader', application: 'reader', address: '127.0.174.9' }, 7, 150);
      const writers = await scene.pool({ user: 'writer', application: 'carts', address: '127.0.174.4' }, 29);
      await scene.server.query("ALTER SYSTEM SET synchronous_standby_names = 'replica_b'");
      await scene.server.query('SELECT pg_reload_conf()');
      await scene.pass(SECOND);
      for (const writer of writers) scene.start(writer, 'INSERT INTO carts VALUES (1)');
      await scene.until("wait_event = 'SyncRep'", 29);
      await scene.pass(6 * MINUTE);
    },
  }),
  otherTeam({
    name: 'role-limit-crash-loop',
    told: 'A role may have twelve sessions, which rest; forty processes of the same program crash without one, and start again at once. The server has room.',
    version: 18,
    uptimeMs: 31 * DAY,
    used: 12 + 15,
    free: 33,
    refusesItself: true,
    truth: { causes: ['role-limit', 'reconnect-storm'], culprits: [{ user: 'exporter_job' }] },
    play: async (scene) => {
      await scene.role('exporter_job', 'CONNECTION LIMIT 12');
      await scene.busy({ user: 'gate', application: 'gate', address: '127.0.175.9' }, 15, 150);
      await fill(scene, { user: 'exporter_job', application: 'export', address: '127.0.175.4' }, 12, {
        gapMs: 40,
        prepared: 'SELECT relname FROM pg_class LIMIT 1',
      });
      await scene.pass(40 * MINUTE);
      scene.storm({ user: 'exporter_job', application: 'export', address: '127.0.175.5' }, 40, 150);
      await scene.wait(3_000);
    },
  }),
  otherTeam({
    name: 'database-limit-of-a-region',
    told: 'A database may have 24 sessions: the pool of one program rests on 16, another holds 8. The server has room.',
    version: 15,
    uptimeMs: 48 * DAY,
    used: 24 + 10,
    free: 46,
    beside: 10,
    refusesItself: true,
    truth: { causes: ['database-limit'], culprits: [{ user: 'portal_eu' }, { user: 'sync_eu' }] },
    play: async (scene) => {
      await scene.database('region_eu', 'CONNECTION LIMIT 24');
      const portal = {
        user: 'portal_eu',
        application: 'portal',
        database: 'region_eu',
        address: '127.0.176.4',
      };
      await fill(scene, portal, 16, { gapMs: 25, prepared: 'SET search_path TO public' });
      await fill(scene, { ...portal, user: 'sync_eu', application: 'sync' }, 8, { gapMs: 70 });
      await scene.pass(11 * HOUR);
      await scene.refuse(portal, 3);
    },
  }),
];

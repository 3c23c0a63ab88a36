import { startHost } from '../../hosts.ts';
import type { As, Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { causeOf } from './cause-of.ts';
import { DAY, HOUR, hosts, MINUTE, slowStory } from './slow-story.ts';

/** A host with the others' work whose cable is pulled, so long ago. */
async function loseHosts(
  scene: Scene,
  as: As,
  lost: number,
  kept: number,
  each: number,
  agoMs: number,
): Promise<void> {
  const gone = [];
  for (const address of hosts(121, lost)) gone.push(scene.use(await startHost(scene.server, address)));
  for (const host of gone) await scene.busy({ ...as, through: host }, each, 20);
  for (const address of hosts(122, kept)) await scene.busy({ ...as, address }, each, 20);
  await scene.pass(5 * HOUR);
  await scene.pass(MINUTE);
  for (const host of gone) host.pullCable();
  await scene.pass(agoMs);
}

/** A worker that freezes a table to prevent wraparound, slowly, once the server has used that many transactions. */
export async function vacuumForLong(scene: Scene): Promise<void> {
  const { server } = scene;
  await server.query(
    'CREATE TABLE stock AS SELECT id, repeat($$x$$, 900) AS more FROM generate_series(1, 30000) AS id',
  );
  await server.query(
    'ALTER TABLE stock SET (autovacuum_enabled = off, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, autovacuum_freeze_max_age = 100000)',
  );
  await server.query('GRANT ALL ON stock TO PUBLIC; CREATE TABLE burnt (id int)');
  await server.query(
    'DO $$ BEGIN FOR i IN 1..110000 LOOP BEGIN INSERT INTO burnt VALUES (i); EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$',
  );
  await scene.until("query LIKE 'autovacuum: %stock%(to prevent wraparound)'", 1);
}

export const HELD_UP: readonly Story[] = [
  slowStory({
    name: 'lock-pile-up-behind-autovacuum',
    told: 'An autovacuum worker prevents wraparound, an ALTER TABLE waits for it, and 30 requests wait for that.',
    version: 16,
    uptimeMs: 90 * DAY,
    used: 31 + 8,
    beside: 8,
    settings: { autovacuum_naptime: 1, autovacuum_freeze_max_age: 100_000 },
    truth: causeOf('lock-pile-up', 'ops'),
    play: async (scene) => {
      await scene.role('ops');
      await scene.server.query('GRANT postgres TO ops');
      await vacuumForLong(scene);
      scene.start(
        await scene.open({ user: 'ops', application: 'migrate' }),
        'ALTER TABLE stock ADD COLUMN note text',
      );
      await scene.until("wait_event_type = 'Lock'", 1);
      for (const client of await scene.pool(
        { user: 'depot', application: 'depot', address: '127.0.128.4' },
        30,
      ))
        scene.start(client, 'SELECT count(*) FROM stock');
      await scene.pass(40 * MINUTE);
    },
  }),
  slowStory({
    name: 'lock-pile-up-forgotten-for-long',
    told: 'A forgotten transaction of a person holds a table, an ALTER TABLE waits for 25 minutes, and 26 requests behind it.',
    version: 17,
    uptimeMs: 40 * DAY,
    used: 28 + 9,
    beside: 9,
    truth: { causes: ['lock-pile-up'], culprits: [{ user: 'ann' }] },
    play: async (scene) => {
      await scene.server.query('CREATE TABLE carts (id int); GRANT ALL ON carts TO PUBLIC');
      await scene.role('ops');
      await scene.server.query('ALTER TABLE carts OWNER TO ops');
      const ann = await scene.open({ user: 'ann', application: 'psql', address: '127.0.129.3' });
      await ann.query('BEGIN').then(() => ann.query('SELECT count(*) FROM carts'));
      await scene.pass(3 * HOUR);
      scene.start(
        await scene.open({ user: 'ops', application: 'flyway' }),
        'ALTER TABLE carts ADD COLUMN note text',
      );
      await scene.until("wait_event_type = 'Lock'", 1);
      for (const client of await scene.pool(
        { user: 'cart', application: 'cart', address: '127.0.129.4' },
        26,
      ))
        scene.start(client, 'SELECT count(*) FROM carts');
      await scene.pass(25 * MINUTE);
    },
  }),
  slowStory({
    name: 'lock-pile-up-advisory-for-hours',
    told: 'An idle session has held an advisory lock for three hours; 22 workers wait for it.',
    version: 14,
    uptimeMs: 23 * DAY,
    used: 23 + 10,
    beside: 10,
    truth: causeOf('lock-pile-up', 'leader'),
    play: async (scene) => {
      const leader = await scene.open({ user: 'leader', application: 'scheduler', address: '127.0.130.3' });
      await leader.query('SELECT pg_advisory_lock(4711)');
      await scene.pass(MINUTE);
      for (const client of await scene.pool(
        { user: 'worker', application: 'worker', address: '127.0.130.4' },
        22,
      ))
        scene.start(client, 'SELECT pg_advisory_lock(4711)');
      await scene.pass(3 * HOUR);
    },
  }),
  slowStory({
    name: 'dead-clients-one-of-four',
    told: 'One of four hosts was lost two hours ago in the middle of its work; the others go on and have opened more.',
    version: 17,
    uptimeMs: 13 * DAY,
    used: 40 + 5,
    beside: 5,
    truth: causeOf('dead-clients', 'pay'),
    play: async (scene) => {
      const as = { user: 'pay', application: 'pay' };
      await loseHosts(scene, as, 1, 3, 9, 2 * HOUR);
      await scene.busy({ ...as, address: '127.0.122.30' }, 4, 20);
    },
  }),
  slowStory({
    name: 'dead-clients-two-of-five',
    told: 'Two of five nameless hosts were lost 40 minutes ago.',
    version: 15,
    uptimeMs: 48 * DAY,
    used: 35 + 6,
    beside: 6,
    trigger: 'alarm',
    truth: causeOf('dead-clients', 'api'),
    play: (scene) => loseHosts(scene, { user: 'api' }, 2, 3, 7, 40 * MINUTE),
  }),
];

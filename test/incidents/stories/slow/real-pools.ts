import { ask, startAsked } from '../../asked-program.ts';
import { startHost } from '../../hosts.ts';
import type { Story } from '../../story.ts';
import { tooLarge } from './pool-story.ts';
import { programFile } from './program-file.ts';
import { DAY, hosts, MINUTE, SECOND, slowStory } from './slow-story.ts';

/** Pools of SQLAlchemy and of node-postgres, in processes of their own. */
export const REAL_POOLS: readonly Story[] = [
  slowStory({
    name: 'oversized-idle-pools-sqlalchemy-recycle',
    told: "SQLAlchemy's engines on five hosts recycle connections after half an hour; all are used each 50 minutes.",
    version: 17,
    uptimeMs: 10 * DAY,
    used: 40 + 9,
    beside: 9,
    truth: tooLarge('notes', { lacksEvidence: true }),
    play: async (scene) => {
      const engines = [];
      for (const address of hosts(111, 5)) {
        const host = scene.use(await startHost(scene.server, address));
        const env = { PGHOST: host.host, PGPORT: String(host.port) };
        const args = ['-B', programFile('recycled_when_lent.py'), '8', '1800'];
        engines.push(
          await startAsked(scene, {
            file: '/usr/bin/python3',
            args,
            as: { user: 'notes', application: 'notes' },
            isOnClock: true,
            env,
          }),
        );
      }
      for (let round = 0; round < 30; round += 1)
        for (const engine of engines) {
          await ask(engine, '8');
          scene.clock.ahead(10 * MINUTE);
        }
    },
  }),
  slowStory({
    name: 'oversized-idle-pools-sqlalchemy-at-rest',
    told: "SQLAlchemy's engines on four hosts were warmed once with ten connections each, two days ago.",
    version: 14,
    uptimeMs: 6 * DAY,
    used: 40 + 8,
    beside: 8,
    truth: tooLarge('wiki_py'),
    play: async (scene) => {
      for (const address of hosts(112, 4)) {
        const host = scene.use(await startHost(scene.server, address));
        const env = { PGHOST: host.host, PGPORT: String(host.port) };
        const args = ['-B', programFile('recycled_when_lent.py'), '10', '-1'];
        await ask(
          await startAsked(scene, {
            file: '/usr/bin/python3',
            args,
            as: { user: 'wiki_py' },
            isOnClock: true,
            env,
          }),
          '10',
        );
        scene.clock.ahead(MINUTE);
      }
      scene.clock.ahead(2 * DAY);
    },
  }),
  slowStory({
    name: 'oversized-idle-pools-pg-pool-lifetime',
    told: "node-postgres's own pools on four hosts, with maxLifetimeSeconds of 40 minutes, all lent together each 13 minutes.",
    version: 18,
    uptimeMs: 19 * DAY,
    used: 40 + 8,
    beside: 8,
    truth: tooLarge('graph'),
    play: async (scene) => {
      const pools = [];
      for (const address of hosts(113, 4))
        pools.push(
          await startAsked(scene, {
            file: process.execPath,
            args: [programFile('pg-pool.ts'), '10', '2400', address],
            as: { user: 'graph', application: 'graph-api' },
          }),
        );
      for (let round = 0; round < 40; round += 1)
        for (const pool of pools) {
          await ask(pool, 'use 10');
          scene.clock.ahead(195 * SECOND);
          for (const each of pools) await ask(each, `pass ${195 * SECOND}`);
        }
      // Those that were too old have gone: a last request of each pool opens them again.
      for (const pool of pools) await ask(pool, 'use 10');
      scene.clock.ahead(4 * MINUTE);
    },
  }),
];

import { ask, startAsked } from '../../asked-program.ts';
import { startHikari } from '../../hikari.ts';
import { startPsycopg2 } from '../../psycopg2.ts';
import type { Open } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { tooLarge } from '../slow/pool-story.ts';
import { programFile } from '../slow/program-file.ts';
import { DAY, fill, HOUR, hosts, MINUTE, REQUESTS, SECOND } from '../slow/slow-story.ts';
import { otherTeam } from './other-team.ts';

/** Pools of other teams, most of them larger than what they use. */
export const OTHER_TEAMS_POOLS: readonly Story[] = [
  otherTeam({
    name: 'oversized-idle-pools-hikari-twelve-hosts',
    told: 'HikariCP on twelve hosts with five connections each and a lifetime of 45 minutes, at rest for nine hours; the server has run for a month.',
    version: 15,
    uptimeMs: 33 * DAY,
    used: 60 + 10,
    beside: 10,
    truth: tooLarge('billing'),
    play: async (scene) => {
      const pools = await startHikari(scene, 'billing');
      for (const address of hosts(140, 12)) {
        await pools.open(address, 5, 45 * MINUTE);
        scene.clock.ahead(70 * SECOND);
      }
      await pools.run(9 * HOUR);
    },
  }),
  otherTeam({
    name: 'oversized-idle-pools-autoscaled-workers',
    told: 'Workers are scaled out one after the other, from 3 to 17 in two hours. Each opens four sessions for its first jobs and uses one now and then.',
    version: 18,
    uptimeMs: 12 * DAY,
    used: 68 + 6,
    truth: tooLarge('thumbs'),
    play: async (scene, random) => {
      await scene.busy({ user: 'gallery', application: 'gallery', address: '127.0.141.250' }, 6, 120);
      const workers: (readonly Open[])[] = [];
      for (const [at, address] of hosts(141, 17).entries()) {
        const worker = await scene.pool({ user: 'thumbs', application: 'thumbnailer', address }, 4);
        await scene.request(worker, REQUESTS[1]);
        workers.push(worker);
        const until = scene.clock.now() + (at < 2 ? 20 * SECOND : random.between(4, 13) * MINUTE);
        while (scene.clock.now() < until) {
          scene.clock.ahead(random.wait(35 * SECOND));
          await scene.request(random.oneOf(workers).slice(0, random.whole(1, 2)), random.oneOf(REQUESTS));
        }
      }
      await scene.pass(2 * MINUTE);
    },
  }),
  otherTeam({
    name: 'oversized-idle-pools-grown-on-demand',
    told: "node-postgres's own pools on two hosts grow to 26 with the load of a day, without an idle timeout. In the evening one or two of each are lent now and then.",
    version: 16,
    uptimeMs: 51 * DAY,
    used: 52 + 8,
    beside: 8,
    truth: tooLarge('portal'),
    play: async (scene, random) => {
      const pools = [];
      for (const address of hosts(142, 2))
        pools.push(
          await startAsked(scene, {
            file: process.execPath,
            args: [programFile('pg-pool.ts'), '40', '0', address],
            as: { user: 'portal' },
          }),
        );
      for (const most of [3, 5, 9, 14, 13, 19, 26, 12, 6, 2, 1, 2, 1]) {
        for (let request = 0; request < 6; request += 1)
          for (const pool of pools) {
            await ask(pool, `use ${request === 3 ? most : random.whole(1, most)}`);
            scene.clock.ahead(random.between(1, 6) * MINUTE);
          }
      }
    },
  }),
  otherTeam({
    name: 'oversized-idle-pools-three-deployments',
    told: 'Two older deployments of a service were never shut down: three times two hosts with eight sessions each. Only the newest serves.',
    version: 17,
    uptimeMs: 80 * DAY,
    used: 48 + 9,
    beside: 9,
    trigger: 'alarm',
    truth: tooLarge('checkout'),
    play: async (scene, random) => {
      for (const [at, runMs] of [3 * DAY, 2 * DAY, 7 * HOUR].entries()) {
        const application = `checkout-${['blue', 'green', 'canary'][at]}`;
        const newest: Open[] = [];
        for (const address of hosts(143 + at, 2))
          newest.push(
            ...(await fill(scene, { user: 'checkout', application, address }, 8, {
              gapMs: 45,
              prepared: 'SET search_path TO public',
            })),
          );
        for (let step = 0; step < 60; step += 1) {
          scene.clock.ahead(runMs / 60);
          await scene.request([random.oneOf(newest), random.oneOf(newest)], random.oneOf(REQUESTS));
        }
      }
      await scene.pass(90 * SECOND);
    },
  }),
  otherTeam({
    name: 'oversized-idle-pools-role-for-each-shop',
    told: "One process keeps a pool of psycopg2 with three connections for each of 26 shops' roles, made when the shop's first request came, over two days.",
    version: 14,
    uptimeMs: 9 * DAY,
    used: 78 + 7,
    beside: 7,
    truth: { causes: ['oversized-idle-pools'], culprits: [{ user: 'shop_*' }] },
    play: async (scene, random) => {
      const shops = Array.from({ length: 26 }, (_, at) => `shop_${random.whole(100, 999)}${at}`);
      for (const shop of shops) await scene.role(shop);
      const pools = await startPsycopg2(scene, { user: 'shops', address: '127.0.147.4' });
      for (const [at, shop] of shops.entries()) {
        await ask(pools, `pool ${shop} 3`);
        await ask(pools, `use ${shop} ${random.whole(1, 3)}`);
        scene.clock.ahead(random.wait((48 * HOUR) / 26));
        await ask(pools, `use ${shops[random.whole(0, at)]} 1`);
      }
    },
  }),
  otherTeam({
    name: 'oversized-idle-pools-fdw-dashboards',
    told: 'A dashboard keeps 21 sessions on three hosts, and each has opened one more by postgres_fdw into another database of the same server; all have rested for five hours.',
    version: 16,
    uptimeMs: 25 * DAY,
    used: 42 + 8,
    beside: 8,
    truth: { causes: ['oversized-idle-pools'], culprits: [{ user: 'ledger_reader' }, { user: 'bi' }] },
    play: async (scene) => {
      const { server } = scene;
      await scene.role('ledger_reader');
      await scene.role('bi');
      await scene.database('ledger');
      await server.query('CREATE EXTENSION postgres_fdw');
      await server.query(
        `CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${server.host}', port '${server.port}', dbname 'ledger')`,
      );
      await server.query(
        "CREATE USER MAPPING FOR bi SERVER far OPTIONS (user 'ledger_reader', password_required 'false')",
      );
      await server.query(
        "CREATE FOREIGN TABLE entries (relname text) SERVER far OPTIONS (schema_name 'pg_catalog', table_name 'pg_class')",
      );
      await server.query('GRANT SELECT ON entries TO bi');
      for (const address of hosts(148, 3)) {
        const pool = await fill(scene, { user: 'bi', application: 'dashboards', address }, 7, { gapMs: 80 });
        await scene.request(pool, 'SELECT count(*) FROM entries');
        scene.clock.ahead(25 * MINUTE);
      }
      await scene.pass(5 * HOUR);
    },
  }),
  otherTeam({
    name: 'oversized-idle-pools-listeners-of-three-weeks',
    told: 'Four hosts opened a listening session for each of twelve channels when they started three weeks ago, and no more since.',
    version: 14,
    uptimeMs: 130 * DAY,
    used: 48 + 7,
    beside: 7,
    truth: tooLarge('realtime'),
    play: async (scene) => {
      for (const address of hosts(149, 4)) {
        for (let channel = 0; channel < 12; channel += 1) {
          await (await scene.open({ user: 'realtime', application: 'realtime', address })).query(
            `LISTEN room_${channel}`,
          );
          scene.clock.ahead(1_500);
        }
        scene.clock.ahead(40 * SECOND);
      }
      await scene.pass(21 * DAY);
    },
  }),
  otherTeam({
    name: 'oversized-idle-pools-reset-when-given-back',
    told: 'A service on four hosts with pools of eleven that run DISCARD ALL whenever a connection is given back; two or three of each are used.',
    version: 15,
    uptimeMs: 20 * DAY,
    used: 44 + 8,
    beside: 8,
    truth: tooLarge('tickets'),
    play: async (scene, random) => {
      const pools: (readonly Open[])[] = [];
      for (const address of hosts(150, 4)) {
        const pool = await fill(scene, { user: 'tickets', application: 'Tickets.Api', address }, 11, {
          gapMs: 60,
          prepared: 'DISCARD ALL',
        });
        pools.push(pool);
        scene.clock.ahead(50 * SECOND);
      }
      for (let request = 0; request < 160; request += 1) {
        scene.clock.ahead(random.wait(2 * MINUTE));
        const client = random.oneOf(random.oneOf(pools).slice(-3));
        await scene.request([client], random.oneOf(REQUESTS));
        await scene.request([client], 'DISCARD ALL');
      }
    },
  }),
];

import type { Random } from '../../../drawings/random.ts';
import { ask, startAsked } from '../../asked-program.ts';
import type { As, Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { causeOf } from '../slow/cause-of.ts';
import { programFile } from '../slow/program-file.ts';
import { DAY, fill, HOUR, hosts, MINUTE, REQUESTS } from '../slow/slow-story.ts';
import { otherTeam } from './other-team.ts';

type Leak = {
  readonly from: readonly As[];
  readonly count: number;
  readonly everyMs: number;
  readonly statement?: string;
};

/** Opens sessions at this rate, with pauses between a half and one and a half of the mean, and forgets each. */
async function forget(
  scene: Scene,
  random: Random,
  { from, count, everyMs, statement }: Leak,
): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    scene.clock.ahead(everyMs * random.between(0.5, 1.5));
    await (await scene.open(random.oneOf(from))).query(statement ?? random.oneOf(REQUESTS));
  }
}

/** Leaks of other teams, beside what else is there. */
export const OTHER_TEAMS_LEAKS: readonly Story[] = [
  otherTeam({
    name: 'connection-leak-beside-nine-of-last-month',
    told: 'Beside nine sessions of last month, which are used now and then, a program forgets five sessions an hour on two hosts since fourteen hours.',
    version: 18,
    uptimeMs: 60 * DAY,
    used: 79 + 8,
    beside: 8,
    truth: { ...causeOf('connection-leak', 'invoices'), perHour: 5 },
    play: async (scene, random) => {
      const from = hosts(160, 2).map((address) => ({ user: 'invoices', application: 'invoices', address }));
      const older = await fill(scene, from[0] ?? { user: 'invoices' }, 9, { gapMs: 90 });
      for (let day = 0; day < 31; day += 1) {
        scene.clock.ahead(DAY);
        await scene.request(random.shuffled(older).slice(0, 3), random.oneOf(REQUESTS));
      }
      await forget(scene, random, { from, count: 70, everyMs: HOUR / 5 });
    },
  }),
  otherTeam({
    name: 'connection-leak-listeners-go-on',
    told: 'Each closed browser tab leaves a listening session behind: eleven an hour on three hosts since five hours.',
    version: 15,
    uptimeMs: 14 * DAY,
    used: 55 + 8,
    beside: 8,
    truth: { ...causeOf('connection-leak', 'notify'), perHour: 11 },
    play: async (scene, random) => {
      const from = hosts(161, 3).map((address) => ({ user: 'notify', application: 'notify', address }));
      await forget(scene, random, { from, count: 55, everyMs: HOUR / 11, statement: 'LISTEN changes' });
    },
  }),
  otherTeam({
    name: 'connection-leak-erp-as-superuser',
    told: 'An application that logs in as a superuser forgets 25 sessions an hour, and takes the reserve as well.',
    version: 14,
    uptimeMs: 44 * DAY,
    used: 62 + 8,
    truth: { ...causeOf('connection-leak', 'sa_erp'), perHour: 25 },
    refusesItself: true,
    play: async (scene, random) => {
      await scene.role('sa_erp', 'SUPERUSER');
      await scene.busy({ user: 'web', application: 'web', address: '127.0.162.9' }, 8, 150);
      const from = [{ user: 'sa_erp', application: 'erp', address: '127.0.162.4' }];
      await forget(scene, random, { from, count: 63, everyMs: HOUR / 25 });
      await scene.refuse({ user: 'web', application: 'web', address: '127.0.162.9' }, 4);
    },
  }),
  otherTeam({
    name: 'connection-leak-untold-uneven-hosts',
    told: 'Statements are not told; a program forgets nine sessions an hour on five hosts, of which one serves most.',
    version: 16,
    uptimeMs: 18 * DAY,
    used: 72 + 7,
    beside: 7,
    statements: 'off',
    truth: { ...causeOf('connection-leak', 'catalog'), perHour: 9 },
    play: async (scene, random) => {
      const weights = [30, 18, 12, 8, 4];
      const from = hosts(163, 5).flatMap((address, at) =>
        Array.from({ length: weights[at] ?? 0 }, () => ({
          user: 'catalog',
          application: 'catalog',
          address,
        })),
      );
      await forget(scene, random, { from, count: 72, everyMs: HOUR / 9 });
    },
  }),
  otherTeam({
    name: 'connection-leak-beside-hidden-batch',
    told: 'Our role may see one program but not another, which has a fifth of the sessions. The one that it sees forgets 16 sessions an hour.',
    version: 17,
    uptimeMs: 22 * DAY,
    used: 56 + 14,
    truth: { ...causeOf('connection-leak', 'api_eu'), perHour: 16 },
    play: async (scene, random) => {
      await scene.role('api_eu');
      await fill(scene, { user: 'batch', application: 'batch', address: '127.0.164.9' }, 14, { gapMs: 50 });
      await scene.server.query('REVOKE pg_read_all_stats FROM headroom; GRANT api_eu TO headroom');
      const from = hosts(164, 2).map((address) => ({ user: 'api_eu', application: 'api', address }));
      await forget(scene, random, { from, count: 56, everyMs: HOUR / 16 });
    },
  }),
  otherTeam({
    name: 'connection-leak-pool-for-each-hot-reload',
    told: "A developer's server makes node-postgres's pool anew with each hot reload and never ends the last one: fourteen pools of four in three hours.",
    version: 17,
    uptimeMs: 3 * DAY,
    used: 56 + 6,
    beside: 6,
    truth: causeOf('connection-leak', 'nextjs'),
    play: async (scene, random) => {
      for (let reload = 0; reload < 14; reload += 1) {
        scene.clock.ahead(random.between(3, 23) * MINUTE);
        const pool = await startAsked(scene, {
          file: process.execPath,
          args: [programFile('pg-pool.ts'), '4', '0', '127.0.165.4'],
          as: { user: 'nextjs' },
        });
        await ask(pool, 'use 4');
      }
    },
  }),
  otherTeam({
    name: 'connection-leak-beside-a-pool',
    told: 'A mailer forgets 20 sessions an hour since more than two hours, beside the pool of another program that rests.',
    version: 15,
    uptimeMs: 28 * DAY,
    used: 44 + 19 + 6,
    beside: 6,
    truth: { ...causeOf('connection-leak', 'mailer'), perHour: 20 },
    play: async (scene, random) => {
      await fill(scene, { user: 'crm', application: 'crm', address: '127.0.166.9' }, 19, { gapMs: 30 });
      scene.clock.ahead(4 * DAY);
      const from = [{ user: 'mailer', address: '127.0.166.4' }];
      await forget(scene, random, { from, count: 44, everyMs: HOUR / 20 });
    },
  }),
];

import { openUnproven } from '../../../support/half-open.ts';
import { startHost } from '../../hosts.ts';
import type { Open } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { causeOf } from '../slow/cause-of.ts';
import { DAY, fill, HOUR, hosts, MINUTE, REQUESTS, SECOND, slowStory } from '../slow/slow-story.ts';
import { otherTeam } from './other-team.ts';

/** Networks, work, tools and poolers of other teams, and servers with room. */
export const OTHER_TEAMS_WORK: readonly Story[] = [
  otherTeam({
    name: 'half-open-clients-beside-a-storm',
    told: 'Thirty-four clients name a user and never prove to be it, behind a broken balancer; 25 healthy clients come again and again because nobody is let in.',
    version: 15,
    uptimeMs: 19 * DAY,
    used: 34 + 12,
    refusesItself: true,
    authentication: 'scram',
    // Before 18 a storm of the shortest requests leaves the same picture.
    truth: { causes: ['half-open-clients'], culprits: null, lacksEvidence: true },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'shop', address: '127.0.180.9' }, 12, 120);
      await scene.pass(3 * HOUR);
      const halfOpen = await openUnproven(scene.server, 'shop', 34);
      scene.use({ [Symbol.asyncDispose]: halfOpen.close });
      scene.storm({ user: 'shop', application: 'shop', address: '127.0.180.4' }, 25, 200);
      await scene.wait(4_000);
    },
  }),
  {
    ...slowStory({
      name: 'half-open-clients-beside-a-storm-that-shows',
      told: 'The same on a version that shows logins: 31 do not end, and 20 healthy clients come again and again.',
      version: 18,
      uptimeMs: 23 * DAY,
      used: 31 + 11,
      refusesItself: true,
      authentication: 'scram',
      truth: { causes: ['half-open-clients'], culprits: null },
      play: async (scene) => {
        await scene.busy({ user: 'shop', application: 'shop', address: '127.0.190.9' }, 11, 120);
        await scene.pass(HOUR);
        const halfOpen = await openUnproven(scene.server, 'shop', 31);
        scene.use({ [Symbol.asyncDispose]: halfOpen.close });
        scene.storm({ user: 'shop', application: 'shop', address: '127.0.190.4' }, 20, 200);
        await scene.wait(4_500);
      },
    }),
    isHeldOut: false,
  },
  otherTeam({
    name: 'half-open-clients-beside-a-resting-pool',
    told: 'Twenty-seven logins that do not end, beside a pool of 22 that rests since a day.',
    version: 18,
    uptimeMs: 6 * DAY,
    used: 27 + 22 + 7,
    authentication: 'scram',
    truth: { causes: ['half-open-clients', 'oversized-idle-pools'], culprits: null },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'shop', address: '127.0.181.9' }, 7, 120);
      await fill(scene, { user: 'crm', application: 'crm', address: '127.0.181.4' }, 22, {
        gapMs: 35,
        prepared: 'SET TIME ZONE 0',
      });
      await scene.pass(DAY);
      const halfOpen = await openUnproven(scene.server, 'shop', 27);
      scene.use({ [Symbol.asyncDispose]: halfOpen.close });
      await scene.wait(4_000);
    },
  }),
  otherTeam({
    name: 'dead-clients-one-of-six',
    told: 'One of six hosts with seven sessions each has been cut off for 26 minutes; the others go on, each session every half a minute or so.',
    version: 16,
    uptimeMs: 29 * DAY,
    used: 42 + 6,
    beside: 6,
    truth: causeOf('dead-clients', 'rides'),
    play: async (scene, random) => {
      const lost = scene.use(await startHost(scene.server, '127.0.182.3'));
      const away = await scene.pool({ user: 'rides', application: 'rides', through: lost }, 7);
      const others: Open[] = [];
      for (const address of hosts(182, 5))
        others.push(...(await scene.pool({ user: 'rides', application: 'rides', address }, 7)));
      const work = async (those: readonly Open[], forMs: number) => {
        for (const until = scene.clock.now() + forMs; scene.clock.now() < until; ) {
          await scene.request([random.oneOf(those)], random.oneOf(REQUESTS));
          scene.clock.ahead(random.wait((30 * SECOND) / those.length));
        }
      };
      await work([...away, ...others], 8 * MINUTE);
      lost.pullCable();
      await work(others, 26 * MINUTE);
    },
  }),
  otherTeam({
    name: 'traffic-spike-scaled-out-in-six-minutes',
    told: 'Seven hosts with six sessions each have come within six minutes beside the two of always, and all work.',
    version: 17,
    uptimeMs: 45 * DAY,
    used: 54 + 5,
    beside: 5,
    truth: causeOf('traffic-spike', 'tickets_web'),
    play: async (scene, random) => {
      const as = (address: string) => ({ user: 'tickets_web', application: 'web', address });
      const [first = '', second = '', ...others] = hosts(183, 9);
      for (const address of [first, second]) await scene.busy(as(address), 6, 8);
      await scene.pass(9 * DAY);
      for (const address of others) {
        await scene.busy(as(address), 6, 8);
        await scene.pass(random.between(30, 70) * SECOND);
      }
    },
  }),
  otherTeam({
    name: 'limit-too-low-nine-teams',
    told: 'Nine teams with seven sessions each, all at work since a deployment twelve days ago, on a server of three months.',
    version: 18,
    uptimeMs: 90 * DAY,
    used: 63,
    truth: { causes: ['limit-too-low'], culprits: null },
    play: async (scene) => {
      for (let team = 1; team <= 9; team += 1) {
        await scene.busy(
          {
            user: `team_${'abcdefghi'[team - 1]}`,
            application: `svc${'qwertyuio'[team - 1]}`,
            address: `127.0.184.${team}`,
          },
          7,
          10,
          'SELECT pg_sleep(0.05)',
        );
        await scene.pass(7 * MINUTE);
      }
      await scene.pass(12 * DAY);
    },
  }),
  otherTeam({
    name: 'session-per-request-functions',
    told: 'Functions without a pool open a session for each call; the server is nearly full, and nobody is refused.',
    version: 16,
    uptimeMs: 70 * DAY,
    used: 42,
    trigger: 'schedule',
    truth: causeOf('session-per-request', 'fn'),
    play: async (scene) => {
      await scene.busy({ user: 'core', application: 'core', address: '127.0.185.9' }, 6, 150);
      await scene.pass(5 * HOUR);
      for (const address of hosts(185, 4))
        scene.storm({ user: 'fn', address }, 9, 30, 'SELECT pg_sleep(0.3 + 1.2 * random())');
      // Until they are no longer in step.
      await scene.wait(8_000);
    },
  }),
  otherTeam({
    name: 'monitoring-hog-otelcol',
    told: 'A collector on three hosts holds a session for each of its receivers, 33 together, and asks every minute.',
    version: 17,
    uptimeMs: 61 * DAY,
    used: 33 + 12,
    beside: 12,
    truth: causeOf('monitoring-hog', 'otel'),
    play: async (scene, random) => {
      const all: Open[] = [];
      for (const address of hosts(186, 3))
        all.push(
          ...(await fill(scene, { user: 'otel', application: 'otelcol-contrib', address }, 11, {
            gapMs: 200,
          })),
        );
      for (let minute = 0; minute < 12; minute += 1) {
        await scene.request(random.shuffled(all), 'SELECT count(*) FROM pg_stat_database');
        scene.clock.ahead(MINUTE);
      }
    },
  }),
  otherTeam({
    name: 'developer-tools-nine-people',
    told: 'Nine people have DBeaver, DataGrip and pgAdmin open, each as a role of their own, 37 sessions since the morning.',
    version: 16,
    uptimeMs: 8 * DAY,
    used: 37 + 15,
    beside: 15,
    truth: { causes: ['developer-tools'], culprits: [{ user: 'dev.*' }] },
    play: async (scene, random) => {
      const tools = [
        ['DBeaver 24.1.0 - Main', 'DBeaver 24.1.0 - Metadata', 'DBeaver 24.1.0 - SQLEditor <Script-3.sql>'],
        ['DataGrip 2024.2'],
        ['pgAdmin 4 - DB:postgres', 'pgAdmin 4 - CONN:5519023'],
      ];
      for (let at = 0; at < 37; at += 1) {
        const person = at % 9;
        const application = random.oneOf(tools[person % 3] ?? []);
        const client = await scene.open({
          user: `dev.${'abcdefghi'[person]}`,
          application,
          address: `127.0.187.${person + 3}`,
        });
        await client.query(random.oneOf(REQUESTS));
        scene.clock.ahead(random.wait(9 * MINUTE));
      }
      await scene.pass(50 * MINUTE);
    },
  }),
  otherTeam({
    name: 'pooler-oversized-supavisor',
    told: 'Supavisor holds 34 sessions for four roles, of which three work.',
    version: 15,
    uptimeMs: 39 * DAY,
    used: 37 + 9,
    beside: 9,
    truth: { causes: ['pooler-oversized'], culprits: [{ user: '*', application: 'Supavisor' }] },
    play: async (scene, random) => {
      const all: Open[] = [];
      for (const [at, user] of ['anon_a', 'anon_b', 'auth_c', 'store_d'].entries())
        all.push(
          ...(await fill(
            scene,
            { user, application: 'Supavisor', address: '127.0.188.4' },
            [14, 9, 7, 4][at] ?? 0,
            { gapMs: 90 },
          )),
        );
      for (let request = 0; request < 120; request += 1) {
        scene.clock.ahead(random.wait(2 * MINUTE));
        await scene.request([random.oneOf(all)], random.oneOf(REQUESTS));
      }
      await scene.busy({ user: 'anon_a', application: 'Supavisor', address: '127.0.188.4' }, 3, 50);
    },
  }),
  otherTeam({
    name: 'unclear-alarm-and-a-half-empty-server',
    told: 'An alarm of refusals that are over: 31 of 90 slots are in use, among them the pool of a program that rests.',
    version: 18,
    uptimeMs: 77 * DAY,
    used: 31,
    free: 59,
    beside: 12,
    trigger: 'alarm',
    truth: { causes: ['unclear'], culprits: null },
    play: async (scene) => {
      await fill(scene, { user: 'wiki', application: 'wiki', address: '127.0.189.4' }, 19, {
        gapMs: 40,
        prepared: 'SET search_path TO public',
      });
      await scene.pass(7 * HOUR);
    },
  }),
];

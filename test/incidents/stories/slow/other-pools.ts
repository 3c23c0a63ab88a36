import { ask, startAsked } from '../../asked-program.ts';
import { startHost } from '../../hosts.ts';
import { debianJar, javaProgram } from '../../java-program.ts';
import type { Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { type PoolStory, tooLarge } from './pool-story.ts';
import { programFile } from './program-file.ts';
import { DAY, HOUR, hosts, MINUTE, slowStory } from './slow-story.ts';

/** Pools of other libraries, from Debian's packages or npm, each as its documentation sets it up. */
type Other = PoolStory & {
  readonly told: string;
  readonly net: number;
  readonly play: (scene: Scene, other: Other) => Promise<void>;
};

const other = (fields: Other): Story =>
  slowStory({
    ...fields,
    name: `oversized-idle-pools-${fields.name}`,
    used: fields.hosts * fields.size + fields.beside,
    truth: tooLarge(fields.user, fields.more),
    play: (scene) => fields.play(scene, fields),
  });

const JARS = {
  TomcatPools: ['tomcat9-jdbc', 'tomcat9-juli', 'postgresql'],
  OlderPools: ['commons-dbcp2', 'commons-pool2', 'commons-logging', 'c3p0', 'postgresql'],
};

type Java = {
  readonly name: keyof typeof JARS;
  /** Which of the pools that the program knows. */
  readonly kind?: string;
  readonly lifetimeMs: number;
  /** How often the pools look after their idle connections. */
  readonly stepMs: number;
};

/** A pool for Java at rest: one process, a pool for each address. */
const java = (of: Java) => async (scene: Scene, fields: Other) => {
  const { name, kind, lifetimeMs, stepMs } = of;
  const { user, net, hosts: count, size, runMs } = fields;
  const { host, port } = scene.server;
  const program = await startAsked(scene, {
    ...javaProgram(name, JARS[name].map(debianJar).join(':')),
    as: { user },
    isOnClock: true,
    env: { JDBC_URL: `jdbc:postgresql://${host}:${port}/postgres` },
  });
  for (const address of hosts(net, count)) {
    const which = kind === undefined ? '' : `${kind} `;
    await ask(program, `open ${which}${address} ${size} ${lifetimeMs}`);
    scene.clock.ahead(20_000);
  }
  for (let passed = 0; passed < runMs; passed += stepMs) {
    scene.clock.ahead(stepMs);
    await ask(program, 'look');
  }
  await scene.until(`usename = '${user}'`, count * size);
};

/** A process for each address. */
async function startEach(
  scene: Scene,
  { user, net, hosts: count }: Other,
  command: { readonly file: string; readonly args: readonly string[]; readonly isOnClock: boolean },
) {
  const programs = [];
  for (const address of hosts(net, count)) {
    const { host, port } = scene.use(await startHost(scene.server, address));
    // Ruby measures ages by the monotonic clock, which has to go with the server's as well.
    const env = {
      PGHOST: host,
      PGPORT: String(port),
      RECORDER_MODULES: process.env.RECORDER_MODULES ?? '',
      ...(command.isOnClock && { DONT_FAKE_MONOTONIC: '0' }),
    };
    programs.push(await startAsked(scene, { ...command, as: { user }, env }));
  }
  return programs;
}

const ruby =
  (kind: string, lifetimeSeconds: number, everyMs: number) => async (scene: Scene, fields: Other) => {
    const args = [programFile('ruby_pools.rb'), kind, String(fields.size), String(lifetimeSeconds)];
    const programs = await startEach(scene, fields, { file: '/usr/bin/ruby', args, isOnClock: true });
    for (let passed = 0; passed < fields.runMs; passed += everyMs)
      for (const program of programs) {
        await ask(program, String(fields.size));
        scene.clock.ahead(everyMs / programs.length);
      }
  };

const slonik = (everyMs: number) => async (scene: Scene, fields: Other) => {
  const { user, size, runMs, hosts: count } = fields;
  const args = [programFile('slonik-pool.ts'), String(size)];
  const programs = await startEach(scene, fields, { file: process.execPath, args, isOnClock: false });
  const useAll = async () => {
    for (const program of programs) await ask(program, String(size));
    // A connection is reset after the answer.
    const isReset = `query = 'DISCARD ALL' AND state = 'idle' AND state_change > clock_timestamp() - interval '5 min'`;
    await scene.until(`usename = '${user}' AND ${isReset}`, count * size);
  };
  for (let passed = 0; passed < runMs; passed += everyMs) {
    await useAll();
    scene.clock.ahead(everyMs);
  }
  await useAll();
  scene.clock.ahead(everyMs / 4);
};

/** postgres.js with its own lifetimes, all of its connections lent together now and then. */
const postgresJs = (everyMs: number) => async (scene: Scene, fields: Other) => {
  const args = [programFile('postgres-js-pool.ts'), String(fields.size)];
  const programs = await startEach(scene, fields, { file: process.execPath, args, isOnClock: false });
  const useAll = async () => {
    for (const program of programs) await ask(program, `use ${fields.size}`);
  };
  for (let passed = 0; passed < fields.runMs; passed += everyMs) {
    await useAll();
    scene.clock.ahead(everyMs);
    for (const program of programs) await ask(program, `pass ${everyMs}`);
  }
  await useAll();
  scene.clock.ahead(everyMs / 3);
};

export const OTHER_POOLS: readonly Story[] = [
  other({
    name: 'tomcat-jdbc-at-rest',
    told: "Tomcat's jdbc-pool on two hosts, eighteen connections each, maxAge of 30 minutes, at rest for ten hours.",
    user: 'intranet',
    version: 14,
    net: 152,
    uptimeMs: 80 * DAY,
    hosts: 2,
    size: 18,
    runMs: 10 * HOUR,
    beside: 9,
    trigger: 'alarm',
    play: java({ name: 'TomcatPools', lifetimeMs: 30 * MINUTE, stepMs: 7 * MINUTE }),
  }),
  other({
    name: 'dbcp-at-rest',
    told: 'Commons DBCP on three hosts, fourteen connections each, maxConnLifetimeMillis of an hour, at rest for a day.',
    user: 'dossier',
    version: 17,
    net: 161,
    uptimeMs: 44 * DAY,
    hosts: 3,
    size: 14,
    runMs: 26 * HOUR,
    beside: 10,
    play: java({ name: 'OlderPools', kind: 'dbcp', lifetimeMs: HOUR, stepMs: 11 * MINUTE }),
  }),
  other({
    name: 'c3p0-at-rest',
    told: 'c3p0 on two hosts, twenty connections each, maxConnectionAge of four hours, at rest for three days.',
    user: 'ledger_old',
    version: 15,
    net: 162,
    uptimeMs: 120 * DAY,
    hosts: 2,
    size: 20,
    runMs: 75 * HOUR,
    beside: 9,
    trigger: 'alarm',
    play: java({ name: 'OlderPools', kind: 'c3p0', lifetimeMs: 4 * HOUR, stepMs: 50 * MINUTE }),
  }),
  other({
    name: 'sequel-expiration',
    told: 'Sequel on five hosts, eight connections each, replaced when they are older than an hour and lent, all lent each 50 minutes.',
    user: 'parcels',
    version: 15,
    net: 154,
    uptimeMs: 31 * DAY,
    hosts: 5,
    size: 8,
    runMs: 20 * HOUR,
    beside: 9,
    play: ruby('sequel', 3_600, 50 * MINUTE),
  }),
  other({
    name: 'active-record-each-hour',
    told: 'ActiveRecord on four hosts with ten threads each, whose pools keep idle connections, all used each hour.',
    user: 'campaigns',
    version: 18,
    net: 155,
    uptimeMs: 6 * DAY,
    hosts: 4,
    size: 10,
    runMs: 30 * HOUR,
    beside: 8,
    play: ruby('active_record', 0, HOUR),
  }),
  other({
    name: 'postgres-js-lifetimes',
    told: 'postgres.js on three hosts, twelve connections each with its own lifetimes of 30 to 60 minutes, all lent each 17 minutes.',
    user: 'atlas',
    version: 16,
    net: 163,
    uptimeMs: 22 * DAY,
    hosts: 3,
    size: 12,
    runMs: 9 * HOUR,
    beside: 7,
    play: postgresJs(17 * MINUTE),
  }),
  other({
    name: 'slonik-one-host',
    told: 'slonik on one host, 24 connections without a name, all lent in a rush, at rest for two days.',
    user: 'studio',
    version: 17,
    net: 157,
    uptimeMs: 15 * DAY,
    hosts: 1,
    size: 24,
    runMs: 1,
    beside: 8,
    play: slonik(2 * DAY),
  }),
  other({
    name: 'slonik-three-hosts',
    told: 'slonik on three hosts, twelve connections each, all used each four hours for a day.',
    user: 'desks',
    version: 14,
    net: 158,
    uptimeMs: 9 * DAY,
    hosts: 3,
    size: 12,
    runMs: 20 * HOUR,
    beside: 6,
    trigger: 'alarm',
    play: slonik(4 * HOUR),
  }),
];

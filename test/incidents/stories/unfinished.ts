import { copyNothing } from '../../support/by-hand.ts';
import type { Scene } from '../scene.ts';
import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

/** Longer than the time after which a statement that waits for its client's input counts as owed. */
const LONG_ENOUGH_MS = 11_500;

/** Requests of different length, so that sessions do not come and go together. */
const REQUEST = 'SELECT pg_sleep(0.5 + 2 * random())';
const UNTIL_MIXED_MS = 8_000;

export async function owe(
  scene: Scene,
  user: string,
  application: string,
  addresses: readonly string[],
  each: number,
): Promise<void> {
  await scene.server.query(
    `CREATE TABLE ${user}_readings (at timestamptz, value float8); GRANT ALL ON ${user}_readings TO PUBLIC`,
  );
  for (const address of addresses)
    for (const client of await scene.pool({ user, application, address }, each))
      copyNothing(client, `${user}_readings`);
}

/** Sessions with unfinished work, and sessions that are opened for one request. */
export const UNFINISHED: readonly Story[] = [
  {
    name: 'clients-owe-input-loader',
    told: 'A loader opens COPY FROM STDIN on each of its sessions and waits for files that do not come.',
    version: 16,
    settings: { max_connections: 48, ...DEFAULT_RESERVES },
    expected: {
      cause: 'clients-owe-input',
      confidence: 'high',
      culprits: [{ ...group('loader', 'etl'), sessions: 32, cause: 'clients-owe-input' }],
    },
    play: async (scene) => {
      await scene.role('etl');
      await owe(scene, 'etl', 'loader', ['127.0.31.1'], 32);
      await scene.busy({ user: 'shop', application: 'storefront', address: '127.0.31.9' }, 10, 20);
      await scene.wait(LONG_ENOUGH_MS);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 3);
    },
  },
  {
    name: 'clients-owe-input-nameless-hosts',
    told: 'Three nameless hosts each hold twelve COPY statements whose sender has stopped; a few of their sessions rest.',
    version: 14,
    settings: { max_connections: 52, superuser_reserved_connections: 3 },
    expected: {
      cause: 'clients-owe-input',
      confidence: 'high',
      culprits: [{ ...group('', 'meter'), sessions: 40, cause: 'clients-owe-input' }],
    },
    play: async (scene) => {
      await scene.role('meter');
      await scene.pool({ user: 'meter', application: '', address: '127.0.32.1' }, 4);
      await owe(scene, 'meter', '', ['127.0.32.1', '127.0.32.2', '127.0.32.3'], 12);
      await scene.busy({ user: 'office', application: 'office', address: '127.0.32.9' }, 9, 10);
      await scene.wait(LONG_ENOUGH_MS);
      await scene.refuse({ user: 'office', application: 'office' }, 2);
    },
  },
  {
    name: 'clients-owe-input-beside-pools',
    told: 'An import on 18 holds half of the slots in COPY statements; two other services work.',
    version: 18,
    settings: { max_connections: 50, ...DEFAULT_RESERVES },
    trigger: 'alarm',
    expected: {
      cause: 'clients-owe-input',
      confidence: 'high',
      culprits: [{ ...group('import', 'import'), sessions: 24, cause: 'clients-owe-input' }],
    },
    play: async (scene) => {
      await scene.role('import');
      await owe(scene, 'import', 'import', ['127.0.33.1', '127.0.33.2'], 12);
      await scene.busy({ user: 'shop', application: 'storefront', address: '127.0.33.8' }, 11, 15);
      await scene.busy({ user: 'crm', application: 'crm', address: '127.0.33.9' }, 9, 15);
      await scene.wait(LONG_ENOUGH_MS);
    },
  },
  {
    name: 'session-per-request-php',
    told: 'PHP opens a session for each request and closes it; as many requests run as there are slots, hardly any is refused.',
    version: 16,
    settings: { max_connections: 36, ...DEFAULT_RESERVES },
    trigger: 'alarm',
    expected: {
      cause: 'session-per-request',
      confidence: 'high',
      culprits: [{ ...group('php', 'blog'), sessions: 'counted', cause: 'session-per-request' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'office', application: 'office', address: '127.0.34.9' }, 7, 30);
      await scene.wait(10_500);
      scene.storm({ user: 'blog', application: 'php', address: '127.0.34.1' }, 22, 20, REQUEST);
      await scene.wait(UNTIL_MIXED_MS);
    },
  },
  {
    name: 'session-per-request-nameless',
    told: 'Functions without a pool: each call connects from one of two hosts, asks once, and leaves.',
    version: 15,
    settings: { max_connections: 32, superuser_reserved_connections: 3 },
    trigger: 'alarm',
    expected: {
      cause: 'session-per-request',
      confidence: 'high',
      culprits: [{ ...group('', 'fn'), sessions: 'counted', cause: 'session-per-request' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront', address: '127.0.35.9' }, 6, 20);
      await scene.wait(10_500);
      for (const address of ['127.0.35.1', '127.0.35.2'])
        scene.storm({ user: 'fn', address }, 11, 20, REQUEST);
      await scene.wait(UNTIL_MIXED_MS);
    },
  },
  {
    name: 'session-per-request-beside-idle',
    told: 'CGI scripts come and go on 18 while a quarter of the slots belongs to an office that rests.',
    version: 18,
    settings: { max_connections: 44, ...DEFAULT_RESERVES },
    trigger: 'alarm',
    expected: {
      cause: 'session-per-request',
      confidence: 'high',
      culprits: [{ ...group('cgi', 'cgi'), sessions: 'counted', cause: 'session-per-request' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'office', application: 'office', address: '127.0.36.9' }, 9, 300);
      await scene.wait(10_500);
      scene.storm({ user: 'cgi', application: 'cgi', address: '127.0.36.1' }, 28, 20, REQUEST);
      await scene.wait(UNTIL_MIXED_MS);
    },
  },
];

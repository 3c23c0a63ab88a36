import { openSilent, openUnproven } from '../../support/half-open.ts';
import { startHost } from '../hosts.ts';
import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

export const NETWORK: readonly Story[] = [
  {
    name: 'dead-clients-host-lost',
    told: 'A host with two programs at work loses its network; the programs start again on another host, and the sessions of the first stay.',
    version: 16,
    settings: { max_connections: 50, ...DEFAULT_RESERVES },
    paces: [300],
    expected: {
      cause: 'dead-clients',
      confidence: 'high',
      culprits: [
        { ...group('api', 'api'), sessions: 28, cause: 'dead-clients' },
        { ...group('jobs', 'jobs'), sessions: 16, cause: 'dead-clients' },
      ],
    },
    play: async (scene) => {
      const host = scene.use(await startHost(scene.server, '127.0.51.1'));
      await scene.busy({ user: 'api', application: 'api', through: host }, 14, 15);
      await scene.busy({ user: 'jobs', application: 'jobs', through: host }, 8, 15);
      await scene.wait(3_000);
      host.pullCable();
      await scene.wait(1_500);
      await scene.busy({ user: 'api', application: 'api', address: '127.0.51.2' }, 14, 1);
      await scene.busy({ user: 'jobs', application: 'jobs', address: '127.0.51.2' }, 8, 1);
      await scene.wait(500);
      await scene.refuse({ user: 'api', application: 'api', address: '127.0.51.2' }, 2);
    },
  },
  {
    name: 'dead-clients-nameless-pod',
    told: 'One of two nameless pods is cut off in the middle of its work, and its successor fills the rest.',
    version: 14,
    settings: { max_connections: 45, superuser_reserved_connections: 3 },
    paces: [400],
    expected: {
      cause: 'dead-clients',
      confidence: 'medium',
      culprits: [{ ...group('', 'cart'), sessions: 42, cause: 'dead-clients' }],
    },
    play: async (scene) => {
      const host = scene.use(await startHost(scene.server, '127.0.52.1'));
      await scene.busy({ user: 'cart', through: host }, 20, 15);
      await scene.busy({ user: 'cart', address: '127.0.52.2' }, 10, 1);
      await scene.wait(2_500);
      host.pullCable();
      await scene.wait(1_000);
      await scene.busy({ user: 'cart', address: '127.0.52.3' }, 12, 1);
      await scene.wait(1_000);
      await scene.refuse({ user: 'cart', address: '127.0.52.3' }, 2);
    },
  },
  {
    name: 'dead-clients-answers-not-taken',
    told: 'A host is cut off while it fetches large results: the server is stuck with answers that nobody takes.',
    version: 18,
    settings: { max_connections: 36, ...DEFAULT_RESERVES },
    paces: [60],
    expected: {
      cause: 'dead-clients',
      confidence: 'high',
      culprits: [{ ...group('exporter', 'dwh'), sessions: 20, cause: 'dead-clients' }],
    },
    play: async (scene) => {
      const host = scene.use(await startHost(scene.server, '127.0.53.1'));
      await scene.busy({ user: 'shop', application: 'storefront' }, 10, 1);
      const clients = await scene.pool({ user: 'dwh', application: 'exporter', through: host }, 20);
      host.holdAnswers();
      for (const client of clients)
        scene.start(client, "SELECT repeat('x', 1000) FROM generate_series(1, 40000)");
      await scene.until("wait_event = 'ClientWrite'", 20);
      host.pullCable();
      await scene.wait(1_500);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 3);
    },
  },
  {
    name: 'half-open-clients-unseen',
    told: 'Thirty clients start to log in and never finish; the server shows eleven sessions, and refuses everybody else.',
    version: 15,
    settings: { max_connections: 45, superuser_reserved_connections: 4 },
    expected: { cause: 'half-open-clients', confidence: 'medium', culprits: [] },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 11, 30);
      const halfOpen = await openUnproven(scene.server, 'shop', 30);
      scene.use({ [Symbol.asyncDispose]: halfOpen.close });
      await scene.wait(1_000);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 4);
    },
  },
  {
    name: 'half-open-clients-starting',
    told: 'Forty clients start to log in and never finish, on a version that shows them.',
    version: 18,
    settings: { max_connections: 60, ...DEFAULT_RESERVES },
    expected: { cause: 'half-open-clients', confidence: 'high', culprits: [] },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 14, 30);
      const halfOpen = await openUnproven(scene.server, 'shop', 40);
      scene.use({ [Symbol.asyncDispose]: halfOpen.close });
      await scene.wait(4_000);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 4);
    },
  },
  {
    name: 'half-open-clients-silent-sockets',
    told: 'Connections that say nothing at all use up the processes that the server may start, until some of them leave; few sessions show.',
    version: 14,
    settings: { max_connections: 20, superuser_reserved_connections: 3 },
    expected: { cause: 'half-open-clients', confidence: 'medium', culprits: [] },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 5, 60);
      const silent = await openSilent(scene.server, 120);
      scene.use({ [Symbol.asyncDispose]: silent.close });
      await scene.wait(1_000);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 3);
      await silent.close();
    },
  },
  {
    name: 'reconnect-storm-no-pool',
    told: 'A hundred clients without a pool connect for each request, and come again at once when they are refused.',
    version: 16,
    settings: { max_connections: 36, ...DEFAULT_RESERVES },
    expected: {
      cause: 'reconnect-storm',
      confidence: 'medium',
      culprits: [{ ...group('php', 'php'), sessions: 'counted', cause: 'reconnect-storm' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'office', application: 'office' }, 6, 60);
      scene.storm({ user: 'php', application: 'php', address: '127.0.54.1' }, 100);
      await scene.wait(4_000);
    },
  },
  {
    name: 'reconnect-storm-nameless-pods',
    told: 'Eighty nameless workers on four hosts have lost their sessions and all come again without a pause; those that get in are not patient.',
    version: 18,
    settings: { max_connections: 30, ...DEFAULT_RESERVES },
    expected: {
      cause: 'reconnect-storm',
      confidence: 'medium',
      culprits: [{ ...group('', 'worker'), sessions: 'counted', cause: 'reconnect-storm' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'office', application: 'office' }, 4, 60);
      for (let at = 1; at <= 4; at += 1) scene.storm({ user: 'worker', address: `127.0.55.${at}` }, 20, 5);
      await scene.wait(4_000);
    },
  },
  {
    name: 'reconnect-storm-small-server',
    told: 'Sixty programs that live for one request each, on a server of twenty slots, which are started again as soon as they fail.',
    version: 14,
    settings: { max_connections: 24, superuser_reserved_connections: 3 },
    expected: {
      cause: 'reconnect-storm',
      confidence: 'medium',
      culprits: [{ ...group('cgi', 'cgi'), sessions: 'counted', cause: 'reconnect-storm' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'office', application: 'office' }, 4, 60);
      scene.storm({ user: 'cgi', application: 'cgi' }, 60, 10);
      await scene.wait(5_000);
    },
  },
];

import type { As, Scene } from '../scene.ts';
import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

/** A table with one row that everyone may change. */
async function stock(scene: Scene): Promise<void> {
  await scene.server.query('CREATE TABLE stock (id int PRIMARY KEY, left_over int)');
  await scene.server.query('INSERT INTO stock VALUES (1, 100)');
  await scene.server.query('GRANT ALL ON stock TO PUBLIC');
}

async function queueUp(scene: Scene, as: As, count: number, statement: string): Promise<void> {
  for (const client of await scene.pool(as, count)) scene.start(client, statement);
  // What holds a lock for less than two seconds is not named.
  await scene.wait(2_500);
}

const TAKE = 'UPDATE stock SET left_over = left_over - 1 WHERE id = 1';

/** Each client changes the row in a short transaction of its own, and then again. */
const hotRow = (version: Story['version'], clients: number, workMs: number): Story => ({
  name: `lock-pile-up-hot-row-${version}`,
  told: `${clients} clients change one row in turn, each within ${workMs} ms; all wait for seconds, and none holds it for long.`,
  version,
  settings: { max_connections: clients + 14, superuser_reserved_connections: 3 },
  trigger: 'alarm',
  expected: {
    cause: 'lock-pile-up',
    confidence: 'high',
    culprits: [{ ...group('counter', 'events'), sessions: clients, cause: 'lock-pile-up' }],
  },
  play: async (scene) => {
    await stock(scene);
    await scene.busy({ user: 'shop', application: 'storefront' }, 10, 30);
    const script = `BEGIN;\n${TAKE};\nSELECT pg_sleep(${workMs / 1_000});\nCOMMIT;\n`;
    await scene.pgbench({ user: 'events', application: 'counter' }, clients, script);
    await scene.wait(clients * workMs * 2);
  },
});

export const LOCKS: readonly Story[] = [
  hotRow(14, 26, 150),
  hotRow(18, 34, 120),
  {
    name: 'lock-pile-up-forgotten-transaction',
    told: 'An admin tool changed a row in a transaction and left it open; forty orders wait for the row.',
    version: 16,
    settings: { max_connections: 60, ...DEFAULT_RESERVES },
    expected: {
      cause: 'lock-pile-up',
      confidence: 'high',
      culprits: [
        { ...group('backoffice', 'admin'), sessions: 1, cause: 'lock-pile-up' },
        { ...group('orders', 'shop'), sessions: 41, cause: 'lock-pile-up' },
      ],
    },
    play: async (scene) => {
      await stock(scene);
      await scene.busy({ user: 'office', application: 'office' }, 12, 30);
      const head = await scene.open({ user: 'admin', application: 'backoffice' });
      await head.query('BEGIN').then(() => head.query(TAKE));
      await queueUp(scene, { user: 'shop', application: 'orders', address: '127.0.31.1' }, 41, TAKE);
      await scene.refuse({ user: 'shop', application: 'orders' }, 4);
    },
  },
  {
    name: 'lock-pile-up-behind-a-migration',
    told: 'A migration waits for a long report on the table; everybody who comes after waits for the migration.',
    version: 14,
    settings: { max_connections: 45, superuser_reserved_connections: 3 },
    trigger: 'alarm',
    expected: {
      cause: 'lock-pile-up',
      confidence: 'high',
      culprits: [
        { ...group('report', 'analyst'), sessions: 1, cause: 'lock-pile-up' },
        { ...group('', 'api'), sessions: 32, cause: 'lock-pile-up' },
      ],
    },
    play: async (scene) => {
      await stock(scene);
      await scene.role('ddl', 'SUPERUSER');
      const reader = await scene.open({ user: 'analyst', application: 'report' });
      scene.start(reader, 'SELECT count(*), pg_sleep(600) FROM stock');
      await scene.wait(300);
      const migration = await scene.open({ user: 'ddl', application: 'flyway' });
      scene.start(migration, 'ALTER TABLE stock ADD COLUMN note text');
      await scene.busy({ user: 'office', application: 'office' }, 8, 30);
      await scene.wait(300);
      await queueUp(scene, { user: 'api', address: '127.0.32.1' }, 32, 'SELECT * FROM stock');
    },
  },
  {
    name: 'lock-pile-up-in-one-pool',
    told: 'One session of a pool holds a lock while its code waits for something else; the rest of the pool queues behind it.',
    version: 18,
    settings: { max_connections: 40, superuser_reserved_connections: 3 },
    expected: {
      cause: 'lock-pile-up',
      confidence: 'high',
      culprits: [{ ...group('seat-map', 'events'), sessions: 29, cause: 'lock-pile-up' }],
    },
    play: async (scene) => {
      await stock(scene);
      await scene.busy({ user: 'shop', application: 'storefront' }, 8, 30);
      const as = { user: 'events', application: 'seat-map' };
      const head = await scene.open(as);
      await head.query('BEGIN').then(() => head.query('LOCK TABLE stock'));
      await queueUp(scene, { ...as, address: '127.0.33.1' }, 28, TAKE);
      await scene.refuse(as, 2);
    },
  },
];

const replica = { replication: 'database' };

export const LIMITS: readonly Story[] = [
  {
    name: 'role-limit-idle-pool',
    told: 'A role may have twelve sessions, its pool has opened them all, and a second instance is refused; the server is half empty.',
    version: 16,
    settings: { max_connections: 80, ...DEFAULT_RESERVES },
    paces: [300],
    expected: {
      cause: 'role-limit',
      confidence: 'high',
      culprits: [{ ...group('invoices', 'billing'), sessions: 12, cause: 'oversized-idle-pools' }],
    },
    play: async (scene) => {
      await scene.role('billing', 'CONNECTION LIMIT 12');
      await scene.busy({ user: 'shop', application: 'storefront' }, 20, 50);
      await scene.pool({ user: 'billing', application: 'invoices', address: '127.0.34.1' }, 12);
      await scene.wait(1_000);
      await scene.refuse({ user: 'billing', application: 'invoices', address: '127.0.34.2' }, 5);
    },
  },
  {
    name: 'role-limit-at-work',
    told: 'A role of batch jobs is limited to eight, all of which work; the ninth job is refused.',
    version: 14,
    settings: { max_connections: 50, superuser_reserved_connections: 3 },
    expected: {
      cause: 'role-limit',
      confidence: 'high',
      culprits: [
        { ...group('nightly', 'batch'), sessions: 5, cause: 'role-limit' },
        { ...group('', 'batch'), sessions: 3, cause: 'role-limit' },
      ],
    },
    play: async (scene) => {
      await scene.role('batch', 'CONNECTION LIMIT 8');
      await scene.busy({ user: 'shop', application: 'storefront' }, 9, 50);
      await scene.busy({ user: 'batch', application: 'nightly' }, 5, 40);
      await scene.busy({ user: 'batch' }, 3, 40);
      await scene.wait(3_000);
      await scene.refuse({ user: 'batch' }, 6);
    },
  },
  {
    name: 'role-limit-leak-inside',
    told: 'A role with a limit of twenty reaches it by a leak; only an alarm tells of it.',
    version: 18,
    settings: { max_connections: 100, ...DEFAULT_RESERVES },
    paces: [200],
    trigger: 'alarm',
    expected: {
      cause: 'connection-leak',
      confidence: 'medium',
      culprits: [
        { ...group('thumbnailer', 'media'), sessions: 20, cause: 'connection-leak', perHour: 9_000 },
      ],
    },
    play: async (scene) => {
      await scene.role('media', 'CONNECTION LIMIT 20');
      await scene.busy({ user: 'shop', application: 'storefront' }, 15, 5);
      await scene.leak([{ user: 'media', application: 'thumbnailer', address: '127.0.35.1' }], 20, 400);
      await scene.refuse({ user: 'media', application: 'thumbnailer' }, 3);
    },
  },
  {
    name: 'database-limit-two-services',
    told: 'A database may have fifteen sessions; two services share it and fill it.',
    version: 15,
    settings: { max_connections: 60, superuser_reserved_connections: 3 },
    expected: {
      cause: 'database-limit',
      confidence: 'high',
      culprits: [
        { ...group('crm-web', 'crm', 'crm'), sessions: 9, cause: 'database-limit' },
        { ...group('crm-jobs', 'crm_jobs', 'crm'), sessions: 6, cause: 'database-limit' },
      ],
    },
    play: async (scene) => {
      await scene.database('crm', 'CONNECTION LIMIT 15');
      await scene.busy({ user: 'shop', application: 'storefront' }, 10, 50);
      await scene.busy({ user: 'crm', application: 'crm-web', database: 'crm' }, 9, 40);
      await scene.busy({ user: 'crm_jobs', application: 'crm-jobs', database: 'crm' }, 6, 40);
      await scene.wait(2_500);
      await scene.refuse({ user: 'crm', database: 'crm' }, 4);
    },
  },
  {
    name: 'database-limit-nameless',
    told: 'A test database with a limit of ten is filled by a nameless pool that rests.',
    version: 17,
    settings: { max_connections: 90, ...DEFAULT_RESERVES },
    paces: [700],
    expected: {
      cause: 'database-limit',
      confidence: 'high',
      culprits: [{ ...group('', 'ci', 'staging'), sessions: 10, cause: 'oversized-idle-pools' }],
    },
    play: async (scene) => {
      await scene.database('staging', 'CONNECTION LIMIT 10');
      await scene.busy({ user: 'shop', application: 'storefront' }, 25, 2);
      await scene.pool({ user: 'ci', database: 'staging', address: '127.0.36.1' }, 10);
      await scene.wait(900);
      await scene.refuse({ user: 'ci', database: 'staging', address: '127.0.36.2' }, 2);
    },
  },
  {
    name: 'database-limit-many-applications',
    told: 'Three applications of one role fill a database that may have six sessions.',
    version: 14,
    settings: { max_connections: 40, superuser_reserved_connections: 3 },
    expected: {
      cause: 'database-limit',
      confidence: 'high',
      culprits: ['export', 'import', 'search'].map((application) => ({
        ...group(application, 'wiki', 'wiki'),
        sessions: 2,
        cause: 'database-limit' as const,
      })),
    },
    play: async (scene) => {
      await scene.database('wiki', 'CONNECTION LIMIT 6');
      await scene.busy({ user: 'office', application: 'office' }, 5, 50);
      for (const application of ['import', 'export', 'search'])
        await scene.busy({ user: 'wiki', application, database: 'wiki' }, 2, 40);
      await scene.refuse({ user: 'wiki', application: 'search', database: 'wiki' }, 3);
    },
  },
  {
    name: 'replication-limit-one-subscriber',
    told: 'Two walsenders are allowed; a change-data-capture tool has taken both, and a standby is refused.',
    version: 16,
    settings: { max_connections: 40, max_wal_senders: 2, ...DEFAULT_RESERVES },
    expected: {
      cause: 'replication-limit',
      confidence: 'high',
      culprits: [{ ...group('Debezium Streaming', 'cdc'), sessions: 2, cause: 'replication-limit' }],
    },
    play: async (scene) => {
      await scene.role('cdc', 'REPLICATION');
      await scene.busy({ user: 'shop', application: 'storefront' }, 10, 50);
      for (let at = 0; at < 2; at += 1)
        await scene.open({ user: 'cdc', application: 'Debezium Streaming' }, replica);
      await scene.refuse({ user: 'cdc', application: 'standby' }, 3, replica);
    },
  },
  {
    name: 'replication-limit-several',
    told: 'Five walsenders of two roles, and the sixth is refused.',
    version: 18,
    settings: { max_connections: 30, max_wal_senders: 5, superuser_reserved_connections: 3 },
    expected: {
      cause: 'replication-limit',
      confidence: 'high',
      culprits: [
        { ...group('pipeline', 'cdc'), sessions: 3, cause: 'replication-limit' },
        { ...group('', 'standby'), sessions: 2, cause: 'replication-limit' },
      ],
    },
    play: async (scene) => {
      await scene.role('cdc', 'REPLICATION');
      await scene.role('standby', 'REPLICATION');
      for (let at = 0; at < 3; at += 1) await scene.open({ user: 'cdc', application: 'pipeline' }, replica);
      for (let at = 0; at < 2; at += 1) await scene.open({ user: 'standby' }, replica);
      await scene.refuse({ user: 'standby' }, 4, replica);
    },
  },
  {
    name: 'replication-limit-by-alarm',
    told: 'One walsender is allowed and taken; an alarm says that somebody was refused, no line says who.',
    version: 14,
    settings: { max_connections: 50, max_wal_senders: 1, superuser_reserved_connections: 3 },
    trigger: 'alarm',
    expected: {
      cause: 'replication-limit',
      confidence: 'medium',
      culprits: [{ ...group('archive', 'backup'), sessions: 1, cause: 'replication-limit' }],
    },
    play: async (scene) => {
      await scene.role('backup', 'REPLICATION');
      await scene.busy({ user: 'office', application: 'office' }, 6, 50);
      await scene.open({ user: 'backup', application: 'archive' }, replica);
      await scene.refuse({ user: 'backup' }, 2, replica);
    },
  },
];

import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { RemediationError } from '../../../functions/core/base/errors.ts';
import { parseDatabaseUrl } from '../../../functions/core/budget/database-url.ts';
import { parseBudget } from '../../../functions/core/budget/parse-budget.ts';
import type { SeenUse } from '../../../functions/core/budget/seen-use.ts';

const SERVER = '{ "servers": { "db": { "maxConnections": 100 } } }';
const file = (text: string) => ({
  file: 'f.yaml',
  documents: [...parseAllDocuments(text, { merge: true })].map((each): unknown => each.toJS()),
});
const read = (texts: readonly string[], seen: readonly SeenUse[] = []) => parseBudget(texts.map(file), seen);
const lines = (...texts: readonly string[]) =>
  read(texts).budget.lines.map(({ name, to, leastPools, mostPools, pool, role, database }) => [
    ...[name, to, leastPools, mostPools, pool],
    ...[role, database],
  ]);

function problems(...texts: readonly string[]): string {
  try {
    read(texts);
    return '';
  } catch (thrown) {
    if (!(thrown instanceof RemediationError)) throw thrown;
    return thrown.message;
  }
}

describe('A URL', () => {
  test.each([
    ['postgres://app:s@db/shop?connection_limit=5', ['db', 'app', 'shop', 5]],
    [
      'postgresql://app@DB.example.com:5432/shop?schema=x&pool_size=12',
      ['db.example.com', 'app', 'shop', 12],
    ],
    ['postgresql+asyncpg://app@db/shop', ['db', 'app', 'shop', null]],
    ['jdbc:postgresql://db:5432/shop?user=app&maximumPoolSize=7', ['db', 'app', 'shop', 7]],
    ['postgres://a%40b@one,two:5433/shop?pool=3', ['one', 'a@b', 'shop', 3]],
    ['postgres://db/shop?pool_size=0', ['db', null, 'shop', null]],
    ['postgres://db/shop?pool_size=1e9', ['db', null, 'shop', null]],
  ])('%s says host, role, database and pool', (text, [host, role, database, pool]) => {
    expect(parseDatabaseUrl(text)).toEqual({ host, role, database, pool });
  });

  test.each(['mysql://db/shop', 'https://db/', 'postgres', '', 'postgres://['])(
    '%j is none of PostgreSQL',
    (text) => {
      expect(parseDatabaseUrl(text)).toBeNull();
    },
  );
});

const deployment = (
  spec: string,
  env = 'name: DATABASE_URL, value: "postgres://app:secret@db/shop?pool_size=4"',
) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: shop, annotations: { headroom/processes: "2" } }
spec: { ${spec} template: { spec: { containers: [{ name: api, env: [{ ${env} }] }] } } }
`;
const SCALER = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: any, namespace: shop }
spec: { minReplicas: 2, maxReplicas: 9, scaleTargetRef: { kind: Deployment, name: api } }
`;

describe('Kubernetes manifests', () => {
  test.each([
    ['replicas and the surge of a quarter, rounded up', [deployment('replicas: 5,')], 10, 14],
    ['one copy where nothing is said', [deployment('')], 2, 4],
    ['no surge where pods are recreated', [deployment('replicas: 5, strategy: { type: Recreate },')], 10, 10],
    ['a surge in pods', [deployment('replicas: 5, strategy: { rollingUpdate: { maxSurge: 1 } },')], 10, 12],
    ['the bounds of the autoscaler, from another file', [deployment('replicas: 5,'), SCALER], 4, 24],
    [
      'items of a list',
      [`apiVersion: v1\nkind: List\nitems: [{${deployment('replicas: 1,').trim().split('\n').join(', ')}}]`],
      2,
      4,
    ],
  ])('have %s', (_, texts, least, most) => {
    expect(lines(SERVER, ...texts)).toEqual([['api', 'db', least, most, 4, 'app', 'shop']]);
  });

  test('have values of config maps', () => {
    const map =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\ndata: { url: "postgres://x@db/y?pool_size=3" }';
    const env = 'name: A, valueFrom: { configMapKeyRef: { name: c, key: url } }';
    expect(lines(SERVER, deployment('', env), map)).toEqual([['api', 'db', 2, 4, 3, 'x', 'y']]);
  });

  test('with an address in a secret are refused, because its pool is not known', () => {
    const env = 'name: DATABASE_URL, valueFrom: { secretKeyRef: { name: s, key: url } }';
    expect(problems(SERVER, deployment('', env))).toMatch(
      /Deployment shop\/api: .*annotation headroom\/pool/,
    );
  });

  test('without a database are left out, by name', () => {
    const { leftOut } = read([
      SERVER,
      deployment('replicas: 1,'),
      deployment('', 'name: X, value: y').replace('name: api,', 'name: web,'),
    ]);
    expect(leftOut).toEqual(['web']);
  });
});

describe('A compose file', () => {
  test('has services with their pools, and the server that it runs', () => {
    const compose = `
services:
  db: { image: "postgres:18-alpine", command: postgres -c max_connections=60 }
  api:
    deploy: { replicas: 3, update_config: { order: start-first, parallelism: 2 } }
    environment: ["DATABASE_URL=postgres://app:x@\${HOST:-db}/shop?connection_limit=5", "WEB_CONCURRENCY=2"]
  jobs:
    environment: { URL: "\${JOBS_URL}" }
    labels: { headroom.pool: 7, headroom.role: jobs }
  cache: { image: redis }
`;
    const { budget, leftOut } = read([compose]);
    expect(budget.servers).toMatchObject([{ name: 'db', usable: 57 }]);
    expect(lines(compose)).toEqual([
      ['api', 'db', 6, 10, 5, 'app', 'shop'],
      ['jobs', 'db', 1, 1, 7, 'jobs', null],
    ]);
    expect(leftOut).toEqual(['db', 'cache']);
  });
});

describe('Refused is', () => {
  test.each([
    [
      'a URL without its pool, and no secret of it is shown',
      [SERVER, deployment('', 'name: U, value: "postgres://a:s3cr3t@db/x"')],
      /api: found a URL without the size of its pool/,
    ],
    [
      'a host that no server has',
      ['{ "servers": { "a": { "maxConnections": 9 }, "b": { "maxConnections": 9 } } }', deployment('')],
      /host "db": .*one of a, b/,
    ],
    ['an unknown key', ['{ "services": [], "pools": {} }'], /f\.yaml pools: .*no such key/],
    [
      'a target that does not exist',
      [
        '{ "servers": { "a": { "maxConnections": 9 } }, "services": [{ "name": "x", "pool": 1, "to": "y" }] }',
      ],
      /services\[0\]\.to: found "y", expected one of a/,
    ],
    [
      'a pool of none',
      ['{ "servers": { "a": { "maxConnections": 9 } }, "services": [{ "name": "x", "pool": 0 }] }'],
      /services\[0\]\.pool/,
    ],
    [
      'a name twice',
      [
        '{ "servers": { "a": { "maxConnections": 9 } }, "services": [{ "name": "x", "pool": 1 }, { "name": "x", "pool": 2 }] }',
      ],
      /"x" twice/,
    ],
    [
      'a server without slots',
      ['{ "servers": { "a": {} }, "services": [{ "name": "x", "pool": 1 }] }'],
      /servers\.a\.maxConnections: missing/,
    ],
    [
      'a min above the max',
      [
        '{ "servers": { "a": { "maxConnections": 9 } }, "services": [{ "name": "x", "pool": 1, "replicas": { "min": 3, "max": 2 } }] }',
      ],
      /services\[0\]\.replicas/,
    ],
    ['a budget without a service', [SERVER], /no service that connects/],
    ['no budget at all', ['hello'], /an object with/],
  ])('%s', (_, texts, message) => {
    expect(problems(...texts)).toMatch(message);
    expect(problems(...texts)).not.toContain('s3cr3t');
  });
});

describe('What was seen', () => {
  const seen = (server: string, from: SeenUse['from']): SeenUse => ({
    server,
    from,
    at: '2026-11-28T03:12:00.000Z',
    used: 40,
    usable: 50,
    roleLimits: new Map([['app', 5]]),
    databaseLimits: new Map(),
    roles: new Map([['app', 9]]),
    databases: new Map(),
  });
  const SERVICE = '{ "servers": { "db": {} }, "services": [{ "name": "x", "pool": 1, "role": "app" }] }';

  test('gives a server its slots and limits, whatever its address is', () => {
    const { budget, peaks } = read([SERVICE], [seen('db.example.com:5432', 'server')]);
    expect(budget.servers).toMatchObject([{ name: 'db', usable: 50, roles: new Map([['app', 5]]) }]);
    expect(peaks).toMatchObject([{ server: 'db' }]);
  });

  test('is refused where the record is of another server', () => {
    expect(() => read([SERVICE], [seen('other', 'record')])).toThrow(
      /the record: found "other", expected .* db/,
    );
  });
});

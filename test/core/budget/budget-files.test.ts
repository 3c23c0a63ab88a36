import { describe, expect, test } from 'vitest';
import type { SeenUse } from '../../../functions/core/budget/seen-use.ts';
import { deployment, problems, read, SERVER } from './budget-texts.ts';

describe('Refused is', () => {
  test.each(['servers', 'poolers', 'roles', 'databases'])('the name __proto__ among %s', (key) => {
    const named = `"${key}": { "__proto__": { "maxConnections": 9, "pool": 1 } }`;
    const server =
      key === 'roles' || key === 'databases' ? `"maxConnections": 9, ${named}` : '"maxConnections": 9';
    const top = server.includes(named) || key === 'servers' ? '' : `${named},`;
    const servers = key === 'servers' ? named : `"servers": { "a": { ${server} } }`;
    expect(problems(`{ ${top} ${servers}, "services": [{ "name": "x", "pool": 1 }] }`)).toMatch(
      new RegExp(`${key}: found "__proto__", expected another name`),
    );
  });

  test.each([
    [
      'a URL without its pool, and no secret of it is shown',
      [SERVER, deployment('', 'name: U, value: "postgres://a:s3cr3t@db/x"')],
      /api U: found a URL without the size of its pool/,
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
    [
      'an address in a secret beside one that is known',
      [
        SERVER,
        deployment(
          '',
          'name: A, value: "postgres://x@db/y?pool_size=3" }, { name: B_DATABASE_URL, valueFrom: { secretKeyRef: { name: s, key: u } }',
        ),
      ],
      /Deployment shop\/api B_DATABASE_URL: found an address of a database that the file does not hold/,
    ],
    [
      'a number of processes that is none',
      [
        SERVER,
        deployment(
          '',
          'name: WEB_CONCURRENCY, value: auto }, { name: U, value: "postgres://x@db/y?pool=3"',
        ).replace('headroom/processes: "2"', ''),
      ],
      /Deployment shop\/api, processes: found "auto", expected a whole number from 1/,
    ],
    [
      'a note that is no number',
      [SERVER, deployment('').replace('headroom/processes: "2"', 'headroom/pool: many')],
      /Deployment shop\/api, pool: found "many"/,
    ],
    [
      'a daemon set, because nodes are not known',
      [SERVER, deployment('').replace('kind: Deployment', 'kind: DaemonSet')],
      /DaemonSet shop\/api: found no number of copies, expected .*annotation headroom\/copies/,
    ],
    [
      'a compose service whose copies are in the environment',
      [
        SERVER,
        'services: { a: { deploy: { replicas: $N }, environment: { U: "postgres://x@db/y?pool=3" } } }',
      ],
      /services\.a: found no number of copies/,
    ],
    [
      'a server in two files',
      [SERVER, SERVER, '{ "services": [{ "name": "x", "pool": 1 }] }'],
      /servers and poolers: found "db" twice/,
    ],
    [
      'a pooler that is called like a server',
      [
        '{ "servers": { "a": { "maxConnections": 9 } }, "poolers": { "a": { "pool": 2 } }, "services": [{ "name": "x", "pool": 1, "to": "a" }] }',
      ],
      /servers and poolers: found "a" twice/,
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

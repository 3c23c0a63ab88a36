import { describe, expect, test } from 'vitest';
import { composeWorkloads } from '../../../functions/core/budget/compose-workloads.ts';
import { lines, problems, read, SERVER } from './budget-texts.ts';

describe('A compose file', () => {
  test('has services with their pools, and the server that it runs', () => {
    const compose = `
services:
  db: { image: "postgres:18-alpine", command: postgres -c max_connections=60 }
  api:
    deploy: { replicas: 3, update_config: { order: start-first, parallelism: 2 } }
    environment: ["DATABASE_URL=postgres://app:x@\${HOST:-db}/shop?connection_limit=5", "WEB_CONCURRENCY=2"]
  worker: { scale: "\${WORKERS:-3}", environment: { URL: "postgres://w@db/shop?pool=2" } }
  jobs:
    environment: { URL: "\${JOBS_URL}" }
    labels: { headroom.pool: 7, headroom.role: jobs }
  cache: { image: redis }
`;
    const { budget, leftOut } = read([compose]);
    expect(budget.servers).toMatchObject([{ name: 'db', usable: 57 }]);
    expect(lines(compose)).toEqual([
      ['api', 'db', 6, 10, 5, 'app', 'shop'],
      ['worker', 'db', 3, 3, 2, 'w', 'shop'],
      ['jobs', 'db', 1, 1, 7, 'jobs', null],
    ]);
    expect(leftOut).toEqual(['db', 'cache']);
  });
});

describe('A service of a compose file', () => {
  const compose = (service: string) => `services: { a: { ${service} } }`;

  test('has what it takes from another one, and from its env_file', () => {
    const text = `
services:
  base:
    deploy: { replicas: 3 }
    environment: ["DATABASE_URL=postgres://b@db/shop?pool=4"]
  web: { extends: { service: base }, environment: { WEB_CONCURRENCY: 2 } }
  one: { extends: base, deploy: { replicas: 1 }, environment: { DATABASE_URL: "postgres://o@db/shop?pool=4" } }
  file: { env_file: [{ path: .env }] }
`;
    expect(lines(SERVER, text)).toEqual([
      ['base', 'db', 3, 3, 4, 'b', 'shop'],
      ['web', 'db', 6, 6, 4, 'b', 'shop'],
      ['one', 'db', 1, 1, 4, 'o', 'shop'],
      ['file', 'db', 2, 2, 6, 'e', 'shop'],
    ]);
  });

  test.each([
    ['an env_file that is not there', 'env_file: prod.env', /variables from env_file prod\.env, which/],
    [
      'a service of another file',
      'extends: { file: other.yaml, service: b }',
      /variables from extends of other\.yaml, which/,
    ],
    ['the host of a server without a pool', 'environment: { PGHOST: db }', /PGHOST: found the host of/],
    [
      'a password that is not percent-encoded',
      'environment: { U: "postgres://app:p/w@db/shop?pool=3" }',
      /U: found a URL that cannot be read/,
    ],
    [
      'copies in a label that are no number',
      'labels: { headroom.copies: some, headroom.pool: 3 }',
      /services\.a, copies: found "some"/,
    ],
  ])('with %s is refused', (_, service, message) => {
    expect(problems(SERVER, compose(service))).toMatch(message);
  });

  test.each([
    ['a default', `command: [postgres, -c, "max_connections=\${MAX:-60}"]`, 57],
    ['a default in a default', `command: "postgres -c max_connections=\${A:-\${B:-60}}"`, 57],
    ['the short option', 'command: postgres -N 60', 57],
    ['the long option', 'command: postgres --max-connections=60', 57],
    ["Bitnami's variable", 'environment: { POSTGRESQL_MAX_CONNECTIONS: 60 }', 57],
    ['nothing', 'env_file: secret.env', 97],
  ])('that is a server has the slots of %s', (_, fields, usable) => {
    const text = `services: { db: { image: "\${IMAGE:-postgres:18}", ${fields} }, x: { labels: { headroom.pool: 1 } } }`;
    expect(read([text]).budget.servers).toMatchObject([{ name: 'db', usable }]);
  });

  test('that is a server is refused where its slots are in a variable', () => {
    const text =
      'services: { db: { image: postgres, command: "-c max_connections=$MAX" }, x: { labels: { headroom.pool: 1 } } }';
    expect(problems(text)).toMatch(/servers\.db\.maxConnections: missing/);
  });

  test('replaces all copies at once where its parallelism is 0', () => {
    const text = compose(
      'deploy: { replicas: 4, update_config: { order: start-first, parallelism: 0 } }, labels: { headroom.pool: 1 }',
    );
    expect(lines(SERVER, text)[0]?.slice(2, 4)).toEqual([4, 8]);
  });
});

describe('An env_file', () => {
  const valueIn = (text: string) => {
    const [workload] = composeWorkloads(
      { services: { a: { env_file: 'f.env' } } },
      new Map([['f.env', text]]),
    );
    return workload?.variables.get('A');
  };

  test.each([
    ['A=b', 'b'],
    [' export A = b c  # comment', 'b c'],
    ['A="b # c" # comment', 'b # c'],
    ["A='b'", 'b'],
    ['A=', ''],
    ['A= # comment', ''],
    ['A=#b', '#b'],
    ['A=b#c', 'b#c'],
    ['A="b', '"b'],
    ['# A=b', undefined],
    ['A', undefined],
  ])('gives of the line %j the value %j', (line, value) => {
    expect(valueIn(`\r\n${line}\r\nB=1`)).toBe(value);
  });

  test('with a line of a hundred thousand spaces takes no time that grows with their square', () => {
    const before = process.cpuUsage();
    const spaces = ' '.repeat(100_000);
    expect(valueIn(`A=b${spaces}c`)).toBe(`b${spaces}c`);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });
});

import { describe, expect, test } from 'vitest';
import { deployment, lines, problems, read, SCALER, SERVER } from './budget-texts.ts';

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
      /Deployment shop\/api DATABASE_URL: .*annotation headroom\/pool/,
    );
  });

  const ADDRESS = 'env: [{ name: DATABASE_URL, value: "postgres://app@db/shop?pool_size=4" }]';
  const pods = (note = '') =>
    `metadata: { annotations: { ${note} } }, spec: { containers: [{ name: c, ${ADDRESS} }] }`;
  const object = (kind: string, spec: string) =>
    `apiVersion: v1\nkind: ${kind}\nmetadata: { name: x }\nspec: { ${spec} }`;

  test.each([
    ['a pod', object('Pod', `containers: [{ name: c, ${ADDRESS} }]`), 1, 1],
    ['a job with its pods side by side', object('Job', `parallelism: 3, template: { ${pods()} }`), 0, 3],
    [
      'a cron job that meets no other run of it',
      object('CronJob', `concurrencyPolicy: Forbid, jobTemplate: { spec: { template: { ${pods()} } } }`),
      0,
      1,
    ],
    ['a replica set, which adds none', object('ReplicaSet', `replicas: 4, template: { ${pods()} }`), 4, 4],
    [
      'a rollout with a surge of its own',
      object('Rollout', `replicas: 5, strategy: { canary: { maxSurge: "50%" } }, template: { ${pods()} }`),
      5,
      8,
    ],
    [
      'a rollout with a second set of pods',
      object('Rollout', `replicas: 5, strategy: { blueGreen: {} }, template: { ${pods()} }`),
      5,
      10,
    ],
    [
      'a rollout whose proxy moves the traffic',
      object('Rollout', `replicas: 5, strategy: { canary: { trafficRouting: {} } }, template: { ${pods()} }`),
      5,
      10,
    ],
    [
      'a configuration of OpenShift',
      object(
        'DeploymentConfig',
        `replicas: 5, strategy: { type: Rolling, rollingParams: { maxSurge: 2 } }, template: { ${pods()} }`,
      ),
      5,
      7,
    ],
    [
      'a service of Knative, with the revision before',
      object('Service', `template: { ${pods('autoscaling.knative.dev/max-scale: "7"')} }`),
      0,
      14,
    ],
    [
      'jobs of KEDA',
      object('ScaledJob', `maxReplicaCount: 6, jobTargetRef: { parallelism: 2, template: { ${pods()} } }`),
      0,
      12,
    ],
    [
      'an object of KEDA that scales it',
      `${object('Deployment', `strategy: { type: Recreate }, template: { ${pods()} }`)}\n---\n${object('ScaledObject', 'maxReplicaCount: 30, scaleTargetRef: { name: x }')}`,
      0,
      30,
    ],
    [
      'a rollout with the pods of a deployment',
      `${object('Deployment', `replicas: 0, template: { ${pods()} }`)}\n---\n${object('Rollout', 'replicas: 4, strategy: { canary: { maxSurge: 0 } }, workloadRef: { kind: Deployment, name: x }').replace('name: x', 'name: y')}`,
      0,
      0,
      ['y', 4, 4],
    ],
    [
      'an item of a typed list, which has no kind of its own',
      `apiVersion: apps/v1\nkind: StatefulSetList\nitems: [{ metadata: { name: x }, spec: { replicas: 3, template: { ${pods()} } } }]`,
      3,
      3,
    ],
    ['a rollout, with its surge', object('Rollout', `replicas: 4, template: { ${pods()} }`), 4, 5],
    ['a daemon set with a note', object('DaemonSet', `template: { ${pods('headroom/copies: "7"')} }`), 7, 7],
  ])('have the copies of %s', (_, text, least, most, second?: readonly (string | number)[]) => {
    const [name, ...copies] = second ?? [];
    expect(lines(SERVER, text)).toEqual([
      ['x', 'db', least, most, 4, 'app', 'shop'],
      ...(second ? [[name, 'db', ...copies, 4, 'app', 'shop']] : []),
    ]);
  });

  test.each([
    ['replicas that are no number', object('Deployment', `replicas: many, template: { ${pods()} }`)],
    ['negative replicas', object('Deployment', `replicas: -3, template: { ${pods()} }`)],
    ['a part of a copy', object('Deployment', `replicas: 2.5, template: { ${pods()} }`)],
    ['more copies than are counted', object('Deployment', `replicas: 123456789, template: { ${pods()} }`)],
    [
      'a surge that is no number',
      object('Deployment', `strategy: { rollingUpdate: { maxSurge: some } }, template: { ${pods()} }`),
    ],
    ['a parallelism that is none', object('Job', `parallelism: x, template: { ${pods()} }`)],
    ['a service of Knative without a largest scale', object('Service', `template: { ${pods()} }`)],
    [
      'an autoscaler without a maximum',
      `${object('Deployment', `template: { ${pods()} }`)}\n---\n${object('HorizontalPodAutoscaler', 'maxReplicas: "x", scaleTargetRef: { kind: Deployment, name: x }')}`,
    ],
  ])('with %s are refused, not counted as one', (_, text) => {
    expect(problems(SERVER, text)).toMatch(/ x: found no number of copies/);
  });

  test('that another one made are part of it, and count by themselves where it is not there', () => {
    const owned = (kind: string, name: string, owner: string) =>
      object(kind, `replicas: 9, containers: [{ name: c, ${ADDRESS} }], template: { ${pods()} }`).replace(
        'name: x',
        `name: ${name}, ownerReferences: [{ kind: ${owner}, name: x, controller: true }]`,
      );
    const all = [
      object('Deployment', `replicas: 2, template: { ${pods()} }`),
      owned('ReplicaSet', 'x-1', 'Deployment'),
      owned('Pod', 'x-1-a', 'ReplicaSet').replace('kind: ReplicaSet, name: x', 'kind: ReplicaSet, name: x-1'),
    ];
    expect(lines(SERVER, ...all)).toEqual([['x', 'db', 2, 3, 4, 'app', 'shop']]);
    expect(lines(SERVER, ...all.slice(2))).toEqual([['x-1-a', 'db', 1, 1, 4, 'app', 'shop']]);
  });

  test('of two namespaces may have the same name', () => {
    const [one, other] = [deployment(''), deployment('').replaceAll('namespace: shop', 'namespace: test')];
    expect(lines(SERVER, one, other).map(([name]) => name)).toEqual([
      'Deployment shop/api',
      'Deployment test/api',
    ]);
  });

  test('have values of the variables before them', () => {
    const env =
      'name: H, value: db }, { name: P, value: "6" }, { name: U, value: "postgres://x:$(NONE)@$(H):5432/y?pool_size=$(P)"';
    expect(lines(SERVER, deployment('', env))).toEqual([['api', 'db', 2, 4, 6, 'x', 'y']]);
    expect(problems(SERVER, deployment('', env.replace('name: P', 'name: Q')))).toMatch(
      /api U: found a URL without the size of its pool/,
    );
  });

  const SECRET = `apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n`;
  const CODED = Buffer.from('postgres://s@db/shop?pool=5\n').toString('base64');
  const FROM_SECRET = 'name: U, valueFrom: { secretKeyRef: { name: s, key: url } }';

  test('have values of secrets that are among them', () => {
    for (const data of [`data: { url: ${CODED} }`, 'stringData: { url: "postgres://s@db/shop?pool=5" }'])
      expect(lines(SERVER, deployment('', FROM_SECRET), SECRET + data)).toEqual([
        ['api', 'db', 2, 4, 5, 's', 'shop'],
      ]);
    const whole = deployment('').replace(
      /env: \[.*\] \}\] \}/,
      'envFrom: [{ prefix: A_, secretRef: { name: s } }] }] }',
    );
    expect(lines(SERVER, whole, `${SECRET}data: { URL: ${CODED} }`)).toHaveLength(1);
    expect(problems(SERVER, whole)).toMatch(
      /Deployment shop\/api: found variables from Secret s, which the files do not hold/,
    );
    expect(problems(SERVER, whole.replace('annotations: {', 'annotations: { headroom/copies: "0",'))).toMatch(
      /no service that connects/,
    );
  });

  test('have sidecars among their init containers, and no others', () => {
    const sidecar = `restartPolicy: Always, name: c, ${ADDRESS}`;
    const pod = (init: string) => object('Pod', `containers: [{ name: d }], initContainers: [{ ${init} }]`);
    expect(lines(SERVER, pod(sidecar)).map(([name]) => name)).toEqual(['x/c']);
    expect(read([SERVER, deployment(''), pod(`name: c, ${ADDRESS}`)]).leftOut).toEqual(['x']);
  });

  test('that are called like a pooler are that pooler, with its copies', () => {
    const budget =
      '{ "servers": { "db": { "maxConnections": 100 } }, "poolers": { "api": { "to": "db", "pool": 7 } }, "services": [{ "name": "x", "to": "api", "pool": 1 }] }';
    expect(lines(budget, deployment('replicas: 3,'))).toEqual([
      ['api', 'db', 3, 4, 7, null, null],
      ['x', 'api', 1, 1, 1, null, null],
    ]);
  });

  test('have the autoscaler of another file, also where only one of the two says its namespace', () => {
    const scaler = SCALER.replace(', namespace: shop', '');
    expect(lines(SERVER, deployment('replicas: 5,'), scaler)[0]?.slice(2, 4)).toEqual([4, 24]);
    const other = SCALER.replace('namespace: shop', 'namespace: other');
    expect(lines(SERVER, deployment('replicas: 5,'), other)[0]?.slice(2, 4)).toEqual([10, 14]);
  });

  test('with a surge that is written as a text have that many more', () => {
    const spec = 'replicas: 5, strategy: { rollingUpdate: { maxSurge: "3" } },';
    expect(lines(SERVER, deployment(spec))[0]?.slice(2, 4)).toEqual([10, 16]);
  });

  test('have a pool for each address, equal ones once, and one for all where a note says its size', () => {
    const env =
      'name: A, value: "postgres://x@db/y?pool_size=3" }, { name: B, value: "postgres://x@db/y?pool_size=3" }, { name: C, value: "postgres://x@db/z?pool_size=5"';
    expect(lines(SERVER, deployment('', env))).toEqual([
      ['api A', 'db', 2, 4, 3, 'x', 'y'],
      ['api C', 'db', 2, 4, 5, 'x', 'z'],
    ]);
    const noted = deployment('', env).replace('annotations: {', 'annotations: { headroom/pool: "9",');
    expect(lines(SERVER, noted)).toEqual([['api', 'db', 2, 4, 9, 'x', 'y']]);
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

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ONE_SERVER_TEMPLATE, packageOneServer } from '../../infra/package/package-one-server.ts';
import { CONTEXT } from './synthesis.ts';

type Template = {
  readonly Parameters: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>
  >;
};

let folder: string;
let template: Template;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-one-server-'));
  packageOneServer(CONTEXT, folder);
  template = JSON.parse(readFileSync(join(folder, ONE_SERVER_TEMPLATE), 'utf8'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A larger template must be in a bucket first. The guide's command and the Terraform module name none for it. */
const MOST_BYTES = 51_200;

const REQUIRED = [
  'AssetsBucket',
  'Host',
  'LogGroup',
  'SecretArn',
  'SecurityGroupIds',
  'ServerName',
  'SubnetIds',
];

test('The template of one server asks for what has no default, and is used for all of it', () => {
  const { Parameters } = template;
  const asked = Object.keys(Parameters).filter((name) => Parameters[name]?.Default === undefined);
  expect(asked.toSorted()).toEqual(REQUIRED);
  const text = JSON.stringify(template);
  for (const name of Object.keys(Parameters))
    expect([name, text.includes(`{"Ref":"${name}"}`)]).toEqual([name, true]);
});

test('It names nothing of the CDK and no placeholder, and fits into a request without a bucket', () => {
  const text = JSON.stringify(template);
  expect(text).not.toMatch(/bootstrap|hnb659fds|(vpc|subnet|sg|rtb)-00000000|token/i);
  expect(statSync(join(folder, ONE_SERVER_TEMPLATE)).size).toBeLessThanOrEqual(MOST_BYTES);
});

test('It comes out the same a second time', () => {
  const again = join(folder, 'again');
  packageOneServer(CONTEXT, again);
  const [one, other] = [folder, again].map((from) => readFileSync(join(from, ONE_SERVER_TEMPLATE), 'utf8'));
  expect(one).toBe(other);
});

test('Its function has policy, network and server of the parameters', () => {
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const [remediate] = functions.filter(({ Properties }) => Properties.VpcConfig !== undefined);
  expect(remediate?.Properties).toMatchObject({
    VpcConfig: { SubnetIds: { Ref: 'SubnetIds' }, SecurityGroupIds: { Ref: 'SecurityGroupIds' } },
    Environment: {
      Variables: {
        HEADROOM_SERVER: { Ref: 'ServerName' },
        HEADROOM_HOST: { Ref: 'Host' },
        HEADROOM_POLICY: { Ref: 'Policy' },
        HEADROOM_SECRET: { Ref: 'SecretArn' },
      },
    },
  });
  const keys = functions.map(({ Properties }) => (Properties.Code as { readonly S3Key: string }).S3Key);
  for (const key of keys) expect(existsSync(join(folder, 'assets', key))).toBe(true);
  expect(readdirSync(join(folder, 'assets/pg-headroom'))).toHaveLength(keys.length);
});

test('The Terraform module gives the parameters that are asked for', () => {
  const module = readFileSync(new URL('../../infra/package/terraform/main.tf', import.meta.url), 'utf8');
  for (const name of REQUIRED) expect(module).toContain(name);
  expect(module).toContain(ONE_SERVER_TEMPLATE);
});

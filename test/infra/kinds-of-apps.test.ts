import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import { appWith, PROJECT, plainEnvironment } from './installed-package.ts';

/** What `cdk init app --language typescript` writes. */
const INIT = join(PROJECT, 'node_modules/aws-cdk/lib/init-templates/app/typescript');
const init = (file: string) => readFileSync(join(INIT, file), 'utf8');

/** A stack with a network and a server of its own, and all that may be left out left out. */
const STACK = `
import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { IncidentReporting, type Policy, ServerRemediation } from 'pg-headroom';

const policy: Policy = { mode: 'enforce', limits: { maxVictims: 50 } };

export class Databases extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { env: { account: '111122223333', region: 'eu-west-1' } });
    const vpc = new ec2.Vpc(this, 'Vpc', { maxAzs: 2 });
    const group = new ec2.SecurityGroup(this, 'Postgres', { vpc });
    const server = new ec2.Connections({ securityGroups: [group], defaultPort: ec2.Port.tcp(5432) });
    const { report, memory, outputTopics } = new IncidentReporting(this, 'Reporting', {});
    const remediation = new ServerRemediation(this, 'Orders', {
      server: 'orders',
      host: 'orders.abcdefghijkl.eu-west-1.rds.amazonaws.com',
      secret: new secretsmanager.Secret(this, 'Secret'),
      vpc,
      policy,
      alarm: 'none',
      report,
      memory,
      outputTopics,
    });
    server.allowDefaultPortFrom(remediation);
  }
}
`;
const APP = `
import { App } from 'aws-cdk-lib';
import { Databases } from './stack';
const app = new App();
new Databases(app, 'databases');
console.log(app.synth().stacks.map(({ stackName }) => stackName).join());
`;
const TEST = `
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Databases } from '../stack';
test('has its functions', () => {
  const template = Template.fromStack(new Databases(new App(), 'databases'));
  template.resourceCountIs('AWS::Lambda::Function', 2);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5432 });
});
`;
const commonJs = (source: string) => transformSync(source, { loader: 'ts', format: 'cjs' }).code;

/** As `cdk init` writes it; the types of the package itself are checked in other-app.test.ts. */
const compiler = {
  skipLibCheck: true,
  target: 'ES2022',
  strict: true,
  types: ['node'],
  typeRoots: ['./node_modules/@types'],
};
const json = (value: unknown) => JSON.stringify(value);

const PACKAGES = [
  ...['aws-cdk-lib', 'constructs', '@types/node', '@types/jest'],
  ...['@swc/core', '@swc/jest', 'ts-jest', 'vitest'],
];

/** Of the runners: a busy machine may take minutes for the CDK. */
const NO_LIMIT = '--testTimeout=600000';
const JEST_29 = join(PROJECT, 'node_modules/jest-29/bin/jest.js');

let app: string;
beforeAll(() => {
  app = appWith(PACKAGES, {
    'package.json': json({ name: 'databases' }),
    'stack.ts': STACK,
    'app.ts': APP,
    'common/stack.js': commonJs(STACK),
    'common/app.js': commonJs(APP),
    'test/stack.test.ts': TEST,
    'jest.config.js': init('jest.config.js'),
    'tsconfig.json': init('tsconfig.json'),
    'node10/tsconfig.json': json({
      compilerOptions: {
        ...compiler,
        module: 'commonjs',
        moduleResolution: 'node10',
        noEmit: true,
        typeRoots: ['../node_modules/@types'],
      },
      files: ['../app.ts'],
    }),
    'jest-29.config.js': `module.exports = {
        testEnvironment: 'node',
        roots: ['<rootDir>/test'],
        testMatch: ['**/*.test.ts'],
        transform: { '^.+\\\\.tsx?$': ['ts-jest', { tsconfig: 'tsconfig.29.json' }] },
      };`,
    'tsconfig.29.json': json({
      compilerOptions: {
        ...compiler,
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        types: ['node', 'jest'],
        // The types are checked by the same compiler in another test; here it costs ten seconds of CPU.
        isolatedModules: true,
      },
    }),
    'esm/package.json': json({ type: 'module' }),
    'esm/stack.ts': STACK,
    'esm/test/stack.test.ts': TEST.replace("'../stack'", "'../stack.js'"),
    // ts-jest takes the compiler that is beside it, which is ours.
    'typescript-5.cjs': `const { Module } = require('node:module');
        const resolve = Module._resolveFilename;
        Module._resolveFilename = (name, ...more) =>
          resolve(name === 'typescript' ? '${join(PROJECT, 'node_modules/typescript-5')}' : name, ...more);`,
    'old-node.cjs': "Object.defineProperty(process.versions, 'node', { value: '20.11.0' });",
  });
});
afterAll(() => rmSync(app, { recursive: true, force: true }));

function run(...[script, ...args]: readonly [string, ...string[]]) {
  const path = script.startsWith('node_modules/') ? join(PROJECT, script) : script;
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    cwd: app,
    // What one run has compiled of the CDK, the next one loads: a fourth of each run's CPU.
    env: { ...plainEnvironment(), CDK_OUTDIR: 'cdk.out', NODE_COMPILE_CACHE: join(app, '.compiled') },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Each takes a compiler or a test runner some seconds of CPU. */
const testInCi = test.runIf(IS_THOROUGH);

test('CommonJS requires the constructs', () => {
  expect(run('common/app.js')).toEqual({ status: 0, stdout: 'databases\n', stderr: '' });
});

testInCi('TypeScript 5 finds them by the resolution "node10"', () => {
  expect(run('node_modules/typescript-5/bin/tsc', '-p', 'node10')).toMatchObject({ status: 0, stdout: '' });
});

testInCi('the compiler of "cdk init" takes their types, and tsx runs the app', () => {
  expect(run('node_modules/typescript/bin/tsc')).toMatchObject({ status: 0, stdout: '' });
  expect(run('node_modules/tsx/dist/cli.mjs', 'app.ts')).toMatchObject({ status: 0, stdout: 'databases\n' });
});

testInCi('Jest 30 with swc runs tests of them, as "cdk init" sets it up', () => {
  const { status, stderr } = run('node_modules/jest/bin/jest.js', NO_LIMIT);
  expect([status, stderr]).toEqual([0, expect.stringContaining('Tests:       1 passed')]);
});

testInCi('Jest 29 with ts-jest runs tests of them', () => {
  const { status, stderr } = run(
    '--require',
    './typescript-5.cjs',
    JEST_29,
    '--config',
    'jest-29.config.js',
    NO_LIMIT,
  );
  expect([status, stderr]).toEqual([0, expect.stringContaining('Tests:       1 passed')]);
});

testInCi('Vitest runs tests of them', () => {
  const { status, stdout } = run(
    'node_modules/vitest/vitest.mjs',
    'run',
    '--root',
    'esm',
    '--globals',
    NO_LIMIT,
  );
  expect([status, stdout]).toEqual([0, expect.stringMatching(/Tests .*1 passed/)]);
});

test.each([
  ['the constructs', ['common/app.js'], /Error: (pg-headroom needs .*)/],
  [
    'the command',
    ['node_modules/pg-headroom/dist/cli/headroom.mjs', '--version'],
    /^(pg-headroom needs .*)\n$/,
  ],
])('on a Node that is too old, %s say which one is needed', (_, args, sentence) => {
  const { status, stderr } = run('--require', './old-node.cjs', ...args);
  expect([status, sentence.exec(stderr)?.[1]]).toEqual([
    1,
    'pg-headroom needs Node.js 24 or later; this is Node.js 20.11.0.',
  ]);
});

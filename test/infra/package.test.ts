import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageStacks } from '../../infra/package/package-stacks.ts';
import { writeChecksums } from '../../infra/package/write-checksums.ts';
import { CONTEXT } from './synthesis.ts';

let folder: string;
let scripts: readonly string[];
const packaged = (...parts: readonly string[]) => join(folder, 'package', ...parts);
const template = (stack: string) => JSON.parse(readFileSync(packaged('templates', `${stack}.json`), 'utf8'));
const zipFiles = () => readdirSync(packaged('assets', 'pg-headroom')).toSorted();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-package-'));
  scripts = packageStacks(CONTEXT, packaged());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a script asks of the AWS CLI, in order. */
function callsOf(script: string, ...args: readonly string[]): readonly string[] {
  const log = join(folder, 'calls');
  writeFileSync(log, '');
  writeFileSync(
    join(folder, 'aws'),
    `#!/bin/sh\ncase $1 in sts) echo 111122223333;; *) echo "$AWS_REGION" "$@" >> ${log};; esac\n`,
    { mode: 0o755 },
  );
  const env = { PATH: `${folder}:${process.env.PATH}`, AWS_REGION: 'of-the-caller' };
  execFileSync('sh', [script, ...args], { env, stdio: 'pipe' });
  return readFileSync(log, 'utf8').trim().split('\n');
}

type Deployed = {
  readonly stacks: readonly string[];
  readonly functions: readonly string[];
  /** The call that AWS refuses. */
  readonly refused?: string;
};

const NOTHING: Deployed = { stacks: [], functions: [] };

/** Runs the script where these stacks and functions are deployed and, as its questions ask, not declared. */
function scriptRun(args: readonly string[], { stacks, functions, refused }: Deployed) {
  const log = join(folder, 'calls');
  writeFileSync(log, '');
  writeFileSync(
    join(folder, 'aws'),
    `#!/bin/sh
echo "$@" >> ${log}
[ "$2" != "${refused}" ] || { echo AccessDenied >&2; exit 254; }
case "$1 $2" in
"cloudformation describe-stacks") printf '%s\\t' ${stacks.join(' ')};;
"lambda list-functions") printf '%s\\t' ${functions.join(' ')};;
esac
`,
    { mode: 0o755 },
  );
  const { status, stdout, stderr } = spawnSync('sh', [packaged('deploy.sh'), ...args], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const calls = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .filter((call) => call !== '');
  return { code: status, out: stdout, err: stderr, calls };
}

describe('A package', () => {
  const names = () => readdirSync(packaged('templates')).map((name) => name.replace('.json', ''));

  test('has templates that name no resource of the CDK bootstrap', () => {
    expect(names()).toEqual(['pg-headroom-reporting', expect.stringMatching(/^pg-headroom-servers-\d+$/)]);
    for (const name of names()) {
      const { Parameters, Rules = {} } = template(name);
      expect(Object.keys(Parameters)).toEqual(['AssetsBucket']);
      expect(Rules).toEqual({});
      expect(JSON.stringify(template(name))).not.toMatch(/bootstrap|hnb659fds|cdk-[\w$-]*(assets|role)/i);
    }
  });

  test('has the code of each function where its template looks for it', () => {
    const keys = names().flatMap((name) =>
      Object.values<Record<string, Record<string, unknown>>>(template(name).Resources)
        .filter(({ Type }) => `${Type}` === 'AWS::Lambda::Function')
        .map(({ Properties }) => Properties?.Code as Record<string, unknown>),
    );
    expect(keys.map(({ S3Bucket }) => S3Bucket)).toEqual(keys.map(() => ({ Ref: 'AssetsBucket' })));
    expect(keys.map(({ S3Key }) => String(S3Key).replace('pg-headroom/', '')).toSorted()).toEqual(zipFiles());
  });

  test('has zip files that hold what was built', () => {
    const inZip = zipFiles().map((name) => unzipSync(readFileSync(packaged('assets', 'pg-headroom', name))));
    const built = ['dist/remediate', 'dist/report'].map((bundle) => filesIn(bundle));
    for (const files of built) expect(inZip.map(textsOf)).toContainEqual(files);
  });

  test('comes out the same from the same files', () => {
    const again = join(folder, 'again');
    packageStacks(CONTEXT, again);
    const [one, other] = [packaged(), again].map((from) => {
      writeChecksums(from);
      return readFileSync(join(from, 'SHA256SUMS'), 'utf8');
    });
    expect(one).toMatch(/assets[\s\S]+deploy\.sh[\s\S]+templates/);
    expect(one).toBe(other);
  });

  test('is deployed by a script: assets first, then what others import from', () => {
    expect(scripts).toEqual(['deploy.sh']);
    const [copied, ...calls] = callsOf(packaged('deploy.sh'), 'our-bucket');
    const deployed = calls.filter((call) => call.includes(' cloudformation deploy '));
    expect(copied).toBe('of-the-caller s3 cp assets/ s3://our-bucket/ --recursive');
    expect(deployed.map((call) => /--stack-name (\S+)/.exec(call)?.[1])).toEqual(names());
    for (const call of deployed) {
      expect(call).toMatch(
        /^of-the-caller cloudformation deploy .* --parameter-overrides AssetsBucket=our-bucket /,
      );
    }
  });

  describe('names what is deployed and not declared', () => {
    const stray = 'pg-headroom-servers-7';

    test('after it was deployed, and fails', () => {
      const { code, err, calls } = scriptRun(['our-bucket'], {
        stacks: [stray],
        functions: ['pg-headroom-old'],
      });
      expect(code).toBe(1);
      expect(err).toContain(`Deployed and not declared: stack ${stray}. --prune deletes it.`);
      expect(err).toContain('Deployed and not declared: function pg-headroom-old goes on running.');
      expect(calls.filter((call) => call.includes('delete-stack'))).toEqual([]);
    });

    test('and deletes it with --prune, also alone', () => {
      for (const args of [['our-bucket', '--prune'], ['--prune']]) {
        const { calls } = scriptRun(args, { stacks: [stray], functions: [] });
        expect(calls.filter((call) => call.includes('delete-stack'))).toEqual([
          `cloudformation delete-stack --stack-name ${stray}`,
        ]);
        expect(calls.filter((call) => call.includes('wait'))).toHaveLength(1);
      }
    });

    test('by questions that leave out what is declared', () => {
      const { code, calls } = scriptRun(['--leftovers'], { stacks: [], functions: [] });
      expect(code).toBe(0);
      const [stacks = '', functions = ''] = calls;
      for (const name of names()) expect(stacks).toContain(`'${name}'`);
      expect(functions).toContain("!contains(['pg-headroom-orders'], FunctionName)");
      expect(calls).toHaveLength(2);
    });
  });

  test('is undone with --undo: what imports goes first', () => {
    const all = [
      'pg-headroom-servers-7',
      'pg-headroom-servers-2',
      'pg-headroom-reporting',
      'pg-headroom-network',
    ];
    const { code, calls, out } = scriptRun(['--undo'], { stacks: all, functions: [] });
    expect(code).toBe(0);
    expect(
      calls.filter((call) => call.includes('delete-stack')).map((call) => call.split(' ').at(-1)),
    ).toEqual([
      ...['pg-headroom-servers-7', 'pg-headroom-servers-2', 'pg-headroom-network', 'pg-headroom-reporting'],
    ]);
    expect(out).toContain('Nothing of ours runs any more.');
  });

  test('does not take a question without an answer for an empty account', () => {
    for (const args of [['--leftovers'], ['--prune'], ['--undo']]) {
      const { code, out, err } = scriptRun(args, { ...NOTHING, refused: 'describe-stacks' });
      expect([code, out, err]).toEqual([1, '', 'AccessDenied\nAWS did not say what is deployed.\n']);
    }
    const undone = scriptRun(['--undo'], { ...NOTHING, refused: 'list-functions' });
    expect([undone.code, undone.out]).toEqual([1, '']);
  });

  test('is not undone while a function of ours runs, even one that is declared', () => {
    const { code, out, err, calls } = scriptRun(['--undo'], {
      stacks: [],
      functions: ['pg-headroom-orders'],
    });
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe('Functions of other stacks go on running: pg-headroom-orders\n');
    expect(calls.find((call) => call.includes('list-functions'))).not.toContain('!contains');
  });

  test('knows no other option', () => {
    expect(scriptRun(['--all'], NOTHING)).toMatchObject({ code: 2, calls: [] });
    expect(scriptRun(['our-bucket', '--prnue'], NOTHING)).toMatchObject({
      ...{ code: 2, calls: [] },
      err: 'There is no --prnue after a bucket: give --prune, or nothing.\n',
    });
  });

  test('is not deployed without a bucket', () => {
    expect(() => callsOf(packaged('deploy.sh'))).toThrow(/name the bucket/);
  });
});

describe('Each stage', () => {
  const { servers, ...flags } = CONTEXT;
  const other = servers.map((server) => ({
    ...server,
    host: 'orders.mnopqrstuvwx.eu-west-2.rds.amazonaws.com',
    secretArn: String(server.secretArn).replace('eu-west-1', 'eu-west-2'),
    vpc: { ...(server.vpc as object), availabilityZones: ['eu-west-2a'] },
  }));
  const otherAccount = (server: object) => ({
    ...server,
    secretArn: 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:orders-Ab3dEf',
  });
  const stages = {
    production: { account: '444455556666', region: 'eu-west-1', servers: servers.map(otherAccount) },
    staging: { account: '111122223333', region: 'eu-west-2', servers: other },
  };
  const staged = (script: string) => join(folder, 'stages', script);

  test('has a script of its own', () => {
    expect(packageStacks({ ...flags, stages }, staged(''))).toEqual([
      'deploy-production.sh',
      'deploy-staging.sh',
    ]);
  });

  test('is deployed to its region, whatever the caller has set', () => {
    const calls = callsOf(staged('deploy-staging.sh'), 'our-bucket');
    expect(calls).toHaveLength(5);
    for (const call of calls) expect(call).toMatch(/^eu-west-2 /);
  });

  test('is not deployed to an account that is not its own', () => {
    expect(() => callsOf(staged('deploy-production.sh'), 'our-bucket')).toThrow(
      /credentials are not of account 444455556666/,
    );
  });
});

test('A declaration that is refused leaves the package before it', () => {
  const before = readFileSync(packaged('deploy.sh'), 'utf8');
  expect(() => packageStacks({ servers: [{ name: 'Orders' }] }, packaged())).toThrow(/servers\[0\]\.name/);
  expect(readFileSync(packaged('deploy.sh'), 'utf8')).toBe(before);
});

function filesIn(bundle: string): Readonly<Record<string, string>> {
  const files = readdirSync(bundle, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(bundle.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

function textsOf(files: Readonly<Record<string, Uint8Array>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]),
  );
}

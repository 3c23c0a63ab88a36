import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { BUNDLING } from '../../build/bundling.ts';
import { BUNDLES } from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { recorded, SECRET } from '../doors/doors.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { startLoopbackAws } from '../support/loopback-aws.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';
import { waitUntil } from '../support/wait-until.ts';

export const MAX_CONNECTIONS = 500;
const CHILD = join(import.meta.dirname, 'cold-child.mjs');
/** The flags with which Lambda starts its runtime. */
export const FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module'];

/** A function to start cold: ours with a token, ours with a secret, and two others. */
export type ColdSide = {
  readonly name: string;
  /** The URL of the bundle's entry. */
  readonly bundle: string;
  /** The environment with which the function ends the sessions of this application. */
  readonly environment: (application: string) => Readonly<Record<string, string>>;
};

export type ColdStage = AsyncDisposable & {
  readonly server: TestServer;
  readonly sides: readonly ColdSide[];
};

/**
 * A server that lets our role in over TLS without a password, services for secrets and messages, and the four functions.
 */
export async function setColdStage(): Promise<ColdStage> {
  const stack = new AsyncDisposableStack();
  const { ca, server: tls } = await selfSignedCertificates();
  const server = stack.use(
    await startServer({ version: 18, tls, settings: { max_connections: MAX_CONNECTIONS } }),
  );
  const ours = await createLeastPrivilegeRole(server);
  const caFile = join(server.folder, 'ca.pem');
  writeFileSync(caFile, ca);
  await trustOverTls(server, ours.user);
  const secret = JSON.stringify({ username: ours.user, password: ours.password });
  const aws = stack.use(await startLoopbackAws({ secrets: { [SECRET]: { SecretString: secret } } }));
  const others = mkdtempSync(join(tmpdir(), 'headroom-stacks-'));
  stack.defer(() => rmSync(others, { recursive: true, force: true }));
  const entryPoints = {
    'pg-alone': 'test/bench/stacks/pg-alone.ts',
    usual: 'test/bench/stacks/usual.ts',
  };
  for (const [name, entry] of Object.entries(entryPoints))
    await build({ ...BUNDLING, entryPoints: { index: entry }, outdir: join(others, name) });
  const common = {
    ...LOOPBACK_IDENTITY,
    ...aws.environment,
    COLD_PORT: String(server.port),
    COLD_EVENT: JSON.stringify(recorded('metric-alarm')),
  };
  const policyOf = (application: string) =>
    JSON.stringify({
      mode: 'enforce',
      relieve: {
        // All usable slots: never reached, so that each run ends all its sessions.
        when: { freeSlots: MAX_CONNECTIONS - 4 },
        until: { freeSlots: MAX_CONNECTIONS - 3 },
        ladder: [{ state: 'idle', minAge: '10s' }],
      },
      include: { applications: [application] },
      limits: { maxPercent: 100, keepPerGroup: 0 },
    });
  const oursWith = (login: Readonly<Record<string, string>>) => (application: string) => ({
    ...common,
    ...login,
    [REMEDIATE_ENV.server]: 'orders',
    [REMEDIATE_ENV.database]: 'postgres',
    [REMEDIATE_ENV.host]: server.host,
    [REMEDIATE_ENV.port]: String(server.port),
    [REMEDIATE_ENV.caFile]: caFile,
    [REMEDIATE_ENV.policy]: policyOf(application),
  });
  const othersWith = (application: string) => ({
    ...common,
    COLD_HOST: server.host,
    COLD_USER: ours.user,
    COLD_CA: caFile,
    COLD_SECRET: SECRET,
    COLD_TOPIC: 'arn:aws:sns:eu-west-1:111122223333:people',
    COLD_APPLICATION: application,
  });
  const ourBundle = urlOf(resolve(BUNDLES.remediate));
  const sides = [
    { name: 'remediate, IAM', bundle: ourBundle, environment: oursWith({ [REMEDIATE_ENV.user]: ours.user }) },
    {
      name: 'remediate, secret',
      bundle: ourBundle,
      environment: oursWith({ [REMEDIATE_ENV.secret]: SECRET }),
    },
    { name: 'pg alone', bundle: urlOf(join(others, 'pg-alone')), environment: othersWith },
    { name: 'the usual stack', bundle: urlOf(join(others, 'usual')), environment: othersWith },
  ];
  return { server, sides, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** No password is checked, because a test server cannot check a token. */
async function trustOverTls(server: TestServer, user: string): Promise<void> {
  const rules = join(server.folder, 'pg_hba.conf');
  writeFileSync(rules, `hostssl all ${user} all trust\n${readFileSync(rules, 'utf8')}`);
  process.kill(server.processId, 'SIGHUP');
  await waitUntil(() => server.log().includes('reloading configuration files'), {
    what: 'the server had reloaded',
  });
}

function urlOf(folder: string): string {
  return pathToFileURL(join(folder, 'index.mjs')).href;
}

/** The URLs of the files that a real invocation has loaded when its first packet goes to the server, and at its end. */
export async function filesLoaded({ bundle, environment }: ColdSide): Promise<{
  readonly beforeFirstPacket: readonly string[];
  readonly inAll: readonly string[];
}> {
  const env = { ...environment('nobody'), COLD_BUNDLE: bundle, COLD_TRACE: 'yes' };
  // Asynchronous, because the service for secrets runs in this process.
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, CHILD], { env, timeout: 30_000 });
  const listOf = (name: string) => JSON.parse(new RegExp(`^${name} (.*)$`, 'm').exec(stdout)?.[1] ?? '[]');
  return { beforeFirstPacket: listOf('before-first-packet'), inAll: listOf('in-all') };
}

export type Marks = ReadonlyMap<string, number>;

/**
 * Starts the process of one side and waits until `freed` resolves. Returns the times of its steps, in milliseconds since
 * its start.
 */
export async function startCold(
  { bundle, environment }: ColdSide,
  application: string,
  freed: () => Promise<void>,
): Promise<Marks> {
  const spawnedAt = performance.timeOrigin + performance.now();
  const child = spawn(process.execPath, [...FLAGS, CHILD], {
    env: { ...environment(application), COLD_BUNDLE: bundle },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  await freed();
  const freedAt = performance.timeOrigin + performance.now();
  child.kill('SIGKILL');
  await closed;
  const marks = output.matchAll(/^(\S+) ([\d.]+)$/gm);
  return new Map([
    ...[...marks].map(([, name = '', at]): [string, number] => [name, Number(at) - spawnedAt]),
    ['freed', freedAt - spawnedAt],
  ]);
}

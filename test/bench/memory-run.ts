import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUNDLES } from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { recorded, SECRET } from '../doors/doors.ts';
import { startLoopbackAws } from '../support/loopback-aws.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import type { CrowdedServer } from './memory-crowd.ts';

/** The most memory that a process needed, and the results of its runs. */
export type MeasuredMemory = { readonly peakMb: number; readonly results: readonly unknown[] };

/** The function, or for comparison the runtime without a function. */
type Side = 'handler' | 'bare';

/** The memory of the deployed function. */
const MEMORY_MB = 1_024;
/**
 * The division of memory by the start script of Lambda's runtime (as read for Node 18): a tenth for young objects, in two
 * halves.
 */
const HEAP = `--max-semi-space-size=${Math.floor(MEMORY_MB / 20)} --max-old-space-size=${Math.ceil(MEMORY_MB * 0.9)}`;
/** The process of a function stays, so the garbage of one run is still there in the next. */
const RUNS = 3;
/** There are never enough free slots, so each run does as much as its limits allow. */
const GREEDY = {
  mode: 'enforce',
  relieve: { ladder: [{ state: 'idle', minAge: '10s' }] },
  limits: { maxPercent: 100 },
};

const NAME = 'measured';
const BOOTSTRAP = join(import.meta.dirname, '..', 'support', 'lambda-bootstrap.ts');

/** Three runs of the built function, one after the other in one process, on the sessions that the server shows. */
export async function measureMemory(crowded: CrowdedServer, side: Side): Promise<MeasuredMemory> {
  const { server, ours, maxConnections } = crowded;
  await using stack = new AsyncDisposableStack();
  const secret = JSON.stringify({ username: ours.user, password: ours.password });
  const aws = stack.use(await startLoopbackAws({ secrets: { [SECRET]: { SecretString: secret } } }));
  const [when, until] = [maxConnections - 50, maxConnections - 20].map((freeSlots) => ({ freeSlots }));
  const policy = { ...GREEDY, relieve: { ...GREEDY.relieve, when, until } };
  const environment = {
    ...aws.environment,
    [REMEDIATE_ENV.server]: 'orders',
    [REMEDIATE_ENV.database]: 'postgres',
    [REMEDIATE_ENV.host]: server.host,
    [REMEDIATE_ENV.port]: String(server.port),
    [REMEDIATE_ENV.secret]: SECRET,
    [REMEDIATE_ENV.policy]: JSON.stringify(policy),
    [REMEDIATE_ENV.tls]: 'off',
    MEASURED_BUNDLE: pathToFileURL(resolve(BUNDLES.remediate, 'index.mjs')).href,
    NODE_COMPILE_CACHE: await compiledRuntime(stack),
    NODE_OPTIONS: HEAP,
  };
  const definition = {
    bundle: import.meta.dirname,
    handler: `memory-function.${side}`,
    memoryMb: MEMORY_MB,
    timeoutSeconds: 60,
    environment,
  };
  const lambda = stack.use(startLoopbackLambda({ functions: { [NAME]: definition } }));
  const answers: { result: unknown; peakKb: number }[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { response, error } = await lambda.invokeAsync(NAME, recorded('metric-alarm'));
    if (error !== null) throw new Error(`${error.errorType}: ${error.errorMessage}`);
    answers.push(response as (typeof answers)[number]);
  }
  const peakMb = Math.max(...answers.map(({ peakKb }) => peakKb)) / 1_024;
  return { peakMb, results: answers.map(({ result }) => result) };
}

/**
 * Lambda's runtime is JavaScript, ours is TypeScript. Its translation takes more than 20 MB that do not belong to the
 * function. So the runtime was started once before, without an event, and has left its translation here.
 */
async function compiledRuntime(stack: AsyncDisposableStack): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-compiled-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const environment = {
    NODE_COMPILE_CACHE: folder,
    LAMBDA_TASK_ROOT: import.meta.dirname,
    _HANDLER: 'memory-function.bare',
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1',
  };
  await once(execFile(process.execPath, [BOOTSTRAP], { env: environment }), 'exit');
  return folder;
}

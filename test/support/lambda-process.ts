import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardAgainstOrphaning } from './lambda-guard.ts';
import { LOOPBACK_IDENTITY } from './loopback-server.ts';

/** The parts of a deployed function. */
export type LambdaFunction = {
  /** Folder with `index.mjs`. */
  readonly bundle: string;
  /** File without extension, a dot, and the export: `index.handler`. */
  readonly handler: string;
  /** Names that Lambda reserves, such as AWS_REGION, are overwritten. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Passed to the function, not enforced. Default 128, as in Lambda. */
  readonly memoryMb?: number;
};

export type LambdaProcess = {
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Ends it at once, frozen or not. */
  readonly kill: () => void;
  /** How it ended, in Lambda's words. All its output has been read by then. */
  readonly exited: Promise<string>;
};

const BOOTSTRAP = join(import.meta.dirname, 'lambda-bootstrap.ts');
/** With these flags, code that would not load in Lambda does not load here. */
const FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module'];
/** Only a process that the function left behind keeps the output open after its end. It is not waited for. */
const LAST_OUTPUT_MS = 1_000;

/** Starts a function's runtime in a process of its own, with the environment that Lambda would set. */
export function startLambdaProcess(
  name: string,
  definition: LambdaFunction,
  runtimeApi: string,
  onLine: (line: string) => void,
): LambdaProcess {
  const child = spawn(process.execPath, [...FLAGS, BOOTSTRAP], {
    cwd: definition.bundle,
    env: environmentOf(name, definition, runtimeApi),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  guardAgainstOrphaning(child);
  readLines(child.stdout, onLine);
  readLines(child.stderr, onLine);
  return {
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: () => void child.kill('SIGKILL'),
    exited: endOf(child),
  };
}

function environmentOf(
  name: string,
  { bundle, handler, environment, memoryMb = 128 }: LambdaFunction,
  runtimeApi: string,
): Record<string, string> {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    ...environment,
    ...LOOPBACK_IDENTITY,
    AWS_DEFAULT_REGION: LOOPBACK_IDENTITY.AWS_REGION,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: resolve(bundle),
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    TZ: ':UTC',
    _HANDLER: handler,
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  const ended = Promise.withResolvers<string>();
  const closed = new Promise((settle) => child.once('close', settle));
  child.once('error', (error) => ended.resolve(error.message));
  child.once('exit', (code, signal) =>
    ended.resolve(
      signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`,
    ),
  );
  const how = await ended.promise;
  await Promise.race([closed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
  return how;
}

/**
 * A line is one log event. The bootstrap writes line breaks within an event as carriage returns. It writes synchronously,
 * so the output of an invocation is here before its response.
 */
function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  const emit = (line: string) => onLine(line.replaceAll('\r', '\n'));
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(emit);
  });
  stream.once('close', () => {
    if (rest !== '') emit(rest);
  });
}

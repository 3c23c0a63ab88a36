/**
 * Runs inside a function's process, as Lambda's own runtime for Node 24 does: loads the handler, asks the Runtime API for
 * one event after another, and reports the results. Imports nothing of this project.
 */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

type Handler = (event: unknown, context: object) => unknown;

const env = process.env as Record<string, string>;
const API = '/2018-06-01/runtime';
const [host = '', port = ''] = (env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
/** No connection is kept open: an idle one would be closed while the process is frozen. */
const agent = new Agent({ keepAlive: false });
let requestId: string | undefined;
let isCrashing = false;

class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = `Runtime.${name}`;
  }
}

function call(
  method: string,
  path: string,
  body = '',
): Promise<{ headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve) => {
    // Without a Runtime API nothing can be done or reported any more.
    const giveUp = () => process.exit(1);
    const outgoing = request({ host, port, method, path: `${API}${path}`, agent }, async (response) => {
      const chunks: Buffer[] = [];
      response.on('error', giveUp);
      for await (const chunk of response) chunks.push(chunk);
      resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() });
    });
    outgoing.on('error', giveUp).end(body);
  });
}

function describe(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

async function report(error: unknown, what: string): Promise<void> {
  const description = describe(error);
  console.error(`${what}\t${JSON.stringify(description)}`);
  const path = requestId === undefined ? '/init/error' : `/invocation/${requestId}/error`;
  await call('POST', path, JSON.stringify(description));
}

/**
 * In Lambda these are pipes, to which Node writes synchronously. Here they are sockets, to which Node writes later: a
 * response would overtake the output before it, and `process.exit()` would lose the rest.
 */
function writeAtOnce(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const { _handle } = stream as { _handle?: { setBlocking?: (isBlocking: boolean) => void } };
    _handle?.setBlocking?.(true);
  }
}

/**
 * A call of the console is one log event with the request's id: a line, or JSON with the text in it where the function's log
 * format is JSON. Text that is written to stdout directly stays as it is.
 */
function patchConsole(): void {
  const levels = {
    log: 'INFO',
    info: 'INFO',
    debug: 'DEBUG',
    warn: 'WARN',
    error: 'ERROR',
    trace: 'TRACE',
  } as const;
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...values: unknown[]) => {
      const [timestamp, message] = [new Date().toISOString(), format(...values)];
      const line =
        env.AWS_LAMBDA_LOG_FORMAT === 'JSON'
          ? JSON.stringify({ timestamp, level, requestId, message })
          : [timestamp, requestId, level, message].join('\t');
      process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
    };
  }
}

function contextOf(headers: IncomingHttpHeaders): object {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function loadHandler(): Promise<Handler> {
  const [file = '', name = ''] = (env._HANDLER ?? '').split('.');
  const url = pathToFileURL(join(env.LAMBDA_TASK_ROOT ?? '', `${file}.mjs`)).href;
  const module = await import(url).catch((error) => {
    if (error instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', String(error));
    if (error?.code === 'ERR_MODULE_NOT_FOUND') throw new RuntimeError('ImportModuleError', String(error));
    throw error;
  });
  if (typeof module[name] !== 'function') {
    throw new RuntimeError('HandlerNotFound', `${env._HANDLER} is undefined or not exported`);
  }
  return module[name];
}

async function serve(handler: Handler): Promise<void> {
  while (!isCrashing) {
    const { headers, text } = await call('GET', '/invocation/next');
    requestId = String(headers['lambda-runtime-aws-request-id']);
    const response = await run(handler, JSON.parse(text), contextOf(headers));
    if (response !== null && !isCrashing) await call('POST', `/invocation/${requestId}/response`, response);
  }
}

/** The response as JSON, or null after an error, which has then been reported. */
async function run(handler: Handler, event: unknown, context: object): Promise<string | null> {
  try {
    return JSON.stringify((await handler(event, context)) ?? null);
  } catch (error) {
    if (!isCrashing) await report(error, 'Invoke Error');
    return null;
  }
}

/** The first report counts, and the process takes no more work. */
async function crash(error: unknown, what: string, status: number): Promise<never> {
  if (isCrashing) return new Promise(() => {});
  isCrashing = true;
  await report(error, what);
  process.exit(status);
}

/** Time goes by the CPU that was used: as in a function that always has its share of a core, however slow the machine is. */
function countTimeByCpu(shareOfCore: number): void {
  const begun = Date.now();
  performance.now = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000 / shareOfCore;
  };
  Date.now = () => begun + Math.round(performance.now());
}

if (env.LOOPBACK_SHARE_OF_CORE) countTimeByCpu(Number(env.LOOPBACK_SHARE_OF_CORE));
writeAtOnce();
patchConsole();
process.on('uncaughtException', (error) => crash(error, 'Uncaught Exception', 129));
process.on('unhandledRejection', (reason) =>
  crash(new RuntimeError('UnhandledPromiseRejection', String(reason)), 'Unhandled Promise Rejection', 128),
);
const handler = await loadHandler().catch((error) => crash(error, 'Init Error', 1));
// The handler awaits something that can no longer happen.
process.on('beforeExit', async () => {
  await report(new RuntimeError('NodeJsExit', 'A promise of the handler was never settled.'), 'Invoke Error');
  await serve(handler);
});
await serve(handler);

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LambdaFunction, type LambdaProcess, startLambdaProcess } from './lambda-process.ts';
import {
  LOOPBACK_ACCOUNT,
  LOOPBACK_REGION,
  type LoopbackServer,
  startLoopbackServer,
} from './loopback-server.ts';

const API = '/2018-06-01/runtime';
/** Lambda allows 10 s, on a machine of its own. Here many functions share one that may be slow. */
const INIT_LIMIT_SECONDS = 120;
/** The documented 6 MB, and the hundred bytes that Lambda really leaves for its own wrapping. */
const MAX_RESPONSE_BYTES = 6_291_556;

/** One attempt at an event. Times are milliseconds. */
export type Run = {
  /** The returned value as JSON or, after an error, its description. */
  readonly payload: string;
  readonly isError: boolean;
  readonly coldStart: boolean;
  /** From the start of the process until it asked for its first event; null when it was warm or never asked. */
  readonly initMs: number | null;
  readonly durationMs: number;
};

type Task = {
  readonly requestId: string;
  readonly event: string;
  readonly settle: (run: Run) => void;
  handedOutAt: number | null;
  /** Known, but the runtime has yet to ask for more work or to exit. */
  outcome: Pick<Run, 'payload' | 'isError' | 'durationMs'> | null;
};

export function functionArn(name: string): string {
  return `arn:aws:lambda:${LOOPBACK_REGION}:${LOOPBACK_ACCOUNT}:function:${name}`;
}

/** One execution environment: a process that is frozen when it has no event. */
export class LambdaEnvironment {
  readonly #name: string;
  readonly #definition: LambdaFunction;
  readonly #startedAt = performance.now();
  #api: LoopbackServer | null = null;
  #process: LambdaProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #alive = true;
  #task: Task | null = null;
  #limit: NodeJS.Timeout | undefined;
  #initMs: number | null = null;
  #tasks = 0;
  /** Answers the request at which the process was frozen. */
  #resume: (() => void) | null = null;

  private constructor(name: string, definition: LambdaFunction) {
    this.#name = name;
    this.#definition = definition;
  }

  static async start(name: string, definition: LambdaFunction, onLine: (line: string) => void) {
    const environment = new LambdaEnvironment(name, definition);
    const api = await startLoopbackServer((request, body, response) =>
      environment.#answer(request, body, response),
    );
    environment.#api = api;
    environment.#process = startLambdaProcess(name, definition, api.address, onLine);
    environment.#ended = environment.#process.exited.then((how) => environment.#afterExit(how));
    return environment;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /** Works on one event at a time; never rejects. */
  invoke(requestId: string, event: string): Promise<Run> {
    const { promise, resolve } = Promise.withResolvers<Run>();
    this.#task = { requestId, event, settle: resolve, handedOutAt: null, outcome: null };
    this.#tasks += 1;
    this.#endAfter(INIT_LIMIT_SECONDS);
    this.#process?.thaw();
    this.#resume?.();
    this.#resume = null;
    return promise;
  }

  /** Ends the process, whatever it is doing, and waits until it is gone. */
  async end(): Promise<void> {
    this.#process?.kill();
    await this.#ended;
  }

  #answer({ url = '' }: IncomingMessage, body: string, response: ServerResponse): void {
    // The first answer counts. A later one for the same event is refused like every old id.
    const own = this.#task?.outcome === null ? `${API}/invocation/${this.#task.requestId}` : null;
    if (url === `${API}/invocation/next`) this.#next(response);
    else if (url === `${own}/response`) this.#respond(body, response);
    else if (url === `${own}/error` || url === `${API}/init/error`) this.#fail(body, response);
    else send(response, 400, { errorType: 'InvalidRequestID', errorMessage: url });
  }

  #next(response: ServerResponse): void {
    this.#initMs ??= performance.now() - this.#startedAt;
    if (this.#task?.outcome === null) {
      this.#handOut(this.#task, response);
      return;
    }
    this.#freezeUntil(() => this.#next(response));
    this.#settle();
  }

  #handOut(task: Task, response: ServerResponse): void {
    const { timeoutSeconds } = this.#definition;
    task.handedOutAt = performance.now();
    this.#endAfter(timeoutSeconds);
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': task.requestId,
        'lambda-runtime-deadline-ms': Math.round(Date.now() + timeoutSeconds * 1000),
        'lambda-runtime-invoked-function-arn': functionArn(this.#name),
      })
      .end(task.event);
  }

  /** Work that is still running goes on until the response arrives here, and not longer. */
  #respond(body: string, response: ServerResponse): void {
    const size = Buffer.byteLength(body);
    const isTooLarge = size > MAX_RESPONSE_BYTES;
    this.#freezeUntil(() => send(response, isTooLarge ? 413 : 202, {}));
    if (isTooLarge) {
      const limit = `exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      this.#setError('Function.ResponseSizeTooLarge', `Response payload size (${size} bytes) ${limit}`);
    } else {
      this.#setOutcome(body, false);
    }
    this.#settle();
  }

  /** Not the end yet: after some errors the process asks for more work, after others it exits. */
  #fail(body: string, response: ServerResponse): void {
    this.#setOutcome(body, true);
    send(response, 202, {});
  }

  #freezeUntil(resume: () => void): void {
    this.#process?.freeze();
    this.#resume = resume;
  }

  #endAfter(seconds: number): void {
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => {
      const sentence = `Task timed out after ${seconds.toFixed(2)} seconds`;
      this.#setError('Sandbox.Timedout', `RequestId: ${this.#task?.requestId} Error: ${sentence}`);
      this.#process?.kill();
    }, seconds * 1000);
  }

  async #afterExit(how: string): Promise<void> {
    this.#alive = false;
    if (this.#task?.outcome === null) {
      const why = how === 'exit status 0' ? 'exited without providing a reason' : `exited with error: ${how}`;
      this.#setError('Runtime.ExitError', `RequestId: ${this.#task.requestId} Error: Runtime ${why}`);
    }
    this.#settle();
    await this.#api?.close();
  }

  #setError(errorType: string, errorMessage: string): void {
    this.#setOutcome(JSON.stringify({ errorType, errorMessage }), true);
  }

  #setOutcome(payload: string, isError: boolean): void {
    if (this.#task === null) return;
    const { handedOutAt } = this.#task;
    this.#task.outcome = {
      payload,
      isError,
      durationMs: handedOutAt === null ? 0 : performance.now() - handedOutAt,
    };
  }

  #settle(): void {
    const task = this.#task;
    clearTimeout(this.#limit);
    if (task === null || task.outcome === null) return;
    this.#task = null;
    const coldStart = this.#tasks === 1;
    task.settle({ ...task.outcome, coldStart, initMs: coldStart ? this.#initMs : null });
  }
}

function send(response: ServerResponse, status: number, document: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

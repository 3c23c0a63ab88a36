import { randomUUID } from 'node:crypto';
import { type Condition, destinationEnvelope, MAX_ASYNC_PAYLOAD_BYTES } from './destination-envelope.ts';
import { Concurrency } from './lambda-concurrency.ts';
import { functionArn, LambdaEnvironment, type Run } from './lambda-environment.ts';
import { type Destination, describeInvocation, type Invocation } from './lambda-invocation.ts';
import type { LambdaFunction } from './lambda-process.ts';

/**
 * Lambda waits a minute before the second attempt and two before the third. Here the wait only adds to the event's age.
 */
const RETRY_WAITS_MS = [60_000, 120_000];
const DEFAULT_EVENT_AGE_SECONDS = 6 * 60 * 60;

/** A function with its settings for asynchronous invocation. */
export type LoopbackFunction = LambdaFunction & {
  /** The function that receives a record of each success. */
  readonly onSuccess?: string;
  /** The function that receives a record of each event that failed for good or grew too old. */
  readonly onFailure?: string;
  readonly maximumEventAgeSeconds?: number;
  /** 0 (default, unlike Lambda's 2) to 2. */
  readonly maximumRetryAttempts?: 0 | 1 | 2;
  /** Runs at the same time; more events are throttled. Unlimited by default. */
  readonly reservedConcurrency?: number;
};

export type LogLine = { readonly functionName: string; readonly line: string };

/** A refusal by the service itself; no function was invoked. */
export class LambdaServiceError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

type InvokeOptions = {
  /** The event's age at the start, as if it had waited in the queue. */ readonly ageMs?: number;
};

type Options = {
  readonly functions: Readonly<Record<string, LoopbackFunction>>;
  readonly onLog?: (functionName: string, line: string) => void;
};

/** The Lambda service with functions deployed to it, for asynchronous invocations. */
export class LoopbackLambda implements AsyncDisposable {
  readonly #functions: ReadonlyMap<string, LoopbackFunction>;
  readonly #onLog: Options['onLog'];
  readonly #invocations: Invocation[] = [];
  readonly #logs: LogLine[] = [];
  readonly #environments = new Set<Promise<LambdaEnvironment>>();
  readonly #idle = new Map<string, LambdaEnvironment[]>();
  readonly #concurrency: ReadonlyMap<string, Concurrency>;
  #stopped = false;

  constructor({ functions, onLog }: Options) {
    this.#functions = new Map(Object.entries(functions));
    this.#onLog = onLog;
    this.#concurrency = new Map(
      [...this.#functions].map(([name, { reservedConcurrency }]) => [
        name,
        new Concurrency(reservedConcurrency ?? Number.POSITIVE_INFINITY),
      ]),
    );
    for (const { onSuccess, onFailure } of this.#functions.values()) {
      for (const name of [onSuccess, onFailure]) if (name !== undefined) this.#definition(name);
    }
  }

  /** In the order in which they finished, so a destination's comes after its source's. */
  get invocations(): readonly Invocation[] {
    return this.#invocations;
  }

  /** Each is one event in the log. A call of the console has Lambda's prefix, other output has not. */
  get logs(): readonly LogLine[] {
    return this.#logs;
  }

  /** Resolves when the event, its retries and all destinations are done. */
  async invokeAsync(name: string, event: unknown, { ageMs = 0 }: InvokeOptions = {}): Promise<Invocation> {
    return this.#deliver(name, accept(event), randomUUID(), ageMs);
  }

  /** Delivers one event twice under one request id, as at-least-once delivery may. */
  async invokeTwice(
    name: string,
    event: unknown,
    { order, ageMs = 0 }: InvokeOptions & { readonly order: 'together' | 'in turn' },
  ): Promise<readonly [Invocation, Invocation]> {
    const payload = accept(event);
    const requestId = randomUUID();
    const deliver = () => this.#deliver(name, payload, requestId, ageMs);
    if (order === 'together') return Promise.all([deliver(), deliver()]);
    return [await deliver(), await deliver()];
  }

  /** Lets the next event start a new environment, as Lambda does at times. One that waits for events gets none any more. */
  replaceIdle(name: string): void {
    this.#idle.set(name, []);
  }

  /** Ends all processes, also busy ones. Invocations that have not ended reject. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const ends = [...this.#environments].map(async (starting) => (await starting).end());
    await Promise.all(ends);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #definition(name: string): LoopbackFunction {
    const definition = this.#functions.get(name);
    if (definition) return definition;
    throw new LambdaServiceError('ResourceNotFoundException', `Function not found: ${functionArn(name)}`);
  }

  async #deliver(name: string, payload: string, requestId: string, ageMs: number): Promise<Invocation> {
    const definition = this.#definition(name);
    const maxAgeMs = (definition.maximumEventAgeSeconds ?? DEFAULT_EVENT_AGE_SECONDS) * 1000;
    const attempts: Run[] = [];
    let condition: Condition = 'EventAgeExceeded';
    for (let age = ageMs; age <= maxAgeMs; ) {
      age += (await this.#concurrency.get(name)?.enter(maxAgeMs - age)) ?? 0;
      if (age > maxAgeMs) break;
      const run = await this.#attempt(name, definition, requestId, payload).finally(() =>
        this.#concurrency.get(name)?.leave(),
      );
      attempts.push(run);
      if (!run.isError) condition = 'Success';
      else if (attempts.length > (definition.maximumRetryAttempts ?? 0)) condition = 'RetriesExhausted';
      if (condition !== 'EventAgeExceeded') break;
      age += run.durationMs + (RETRY_WAITS_MS[attempts.length - 1] ?? 0);
    }
    const event = JSON.parse(payload);
    const invocation = {
      ...describeInvocation(name, requestId, event, condition, attempts),
      destination: null as Destination | null,
    };
    this.#invocations.push(invocation);
    const next = condition === 'Success' ? definition.onSuccess : definition.onFailure;
    if (next !== undefined) invocation.destination = await this.#sendOn(next, invocation);
    return invocation;
  }

  async #sendOn(functionName: string, invocation: Invocation): Promise<Destination> {
    const last = invocation.attempts.at(-1);
    const envelope = destinationEnvelope({
      requestId: invocation.requestId,
      functionArn: functionArn(invocation.functionName),
      condition: invocation.condition,
      attempts: invocation.attempts.length,
      event: invocation.event,
      response: last ? { payload: invocation.response, isError: last.isError } : null,
    });
    try {
      const delivered = await this.invokeAsync(functionName, envelope);
      return { functionName, envelope, invocation: delivered, failure: null };
    } catch (error) {
      if (!(error instanceof LambdaServiceError)) throw error;
      return { functionName, envelope, invocation: null, failure: `${error.name}: ${error.message}` };
    }
  }

  async #attempt(name: string, definition: LambdaFunction, requestId: string, payload: string): Promise<Run> {
    this.#checkRunning(name);
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    const warm = idle.pop();
    const environment = warm?.isAlive ? warm : await this.#start(name, definition);
    const run = await environment.invoke(requestId, payload);
    this.#checkRunning(name);
    if (environment.isAlive) idle.push(environment);
    return run;
  }

  #checkRunning(name: string): void {
    if (this.#stopped)
      throw new Error(`"${name}" was not run to its end: the loopback Lambda service was stopped`);
  }

  #start(name: string, definition: LambdaFunction): Promise<LambdaEnvironment> {
    const starting = LambdaEnvironment.start(name, definition, (line) => {
      this.#logs.push({ functionName: name, line });
      this.#onLog?.(name, line);
    });
    this.#environments.add(starting);
    return starting;
  }
}

/** Starts the service. Processes are started when they are needed. */
export function startLoopbackLambda(options: Options): LoopbackLambda {
  return new LoopbackLambda(options);
}

function accept(event: unknown): string {
  const payload = JSON.stringify(event) ?? 'null';
  const size = Buffer.byteLength(payload);
  if (size <= MAX_ASYNC_PAYLOAD_BYTES) return payload;
  const limit = `(limit ${MAX_ASYNC_PAYLOAD_BYTES} bytes)`;
  throw new LambdaServiceError(
    'RequestTooLargeException',
    `${size} byte payload is too large for the Event invocation type ${limit}`,
  );
}

import { quoted, RemediationError } from '../core/base/errors.ts';
import { foreignFields } from '../core/base/foreign-fields.ts';

/**
 * What Lambda sends to a destination after an asynchronous invocation. The names and ids belong to the
 * function that ran, not to the one that reads this.
 */
export type Destination =
  | (Invocation & { readonly kind: 'record'; readonly payload: unknown })
  | (Invocation & {
      readonly kind: 'failed-run';
      readonly errorType: string;
      readonly errorMessage: string;
      /** The event with which the run failed. */
      readonly payload: unknown;
    })
  /** The event was not processed: it waited too long, or the function may not run at all. */
  | (Invocation & { readonly kind: 'expired' })
  /** A person asks for a message that tests the way to people. */
  | (Invocation & { readonly kind: 'test-message'; readonly by: string });

export type Invocation = {
  /** Null when the ARN is not that of a function. */
  readonly functionName: string | null;
  readonly requestId: string;
  /**
   * In a fleet, the database that the run was about: the key under which it is remembered and kept, and the name that people
   * read. Absent where the function has one server, and is named after it.
   */
  readonly database?: { readonly key: string; readonly name: string };
};

export type FailedRun = Extract<Destination, { readonly kind: 'failed-run' }>;

/** The function of a server is named with this prefix and the server's name. */
const FUNCTION_PREFIX = 'pg-headroom-';

/** The value of `headroom` in the event of `headroom test-message`. */
export const TEST_MESSAGE = 'test-message';

const CONDITIONS = ['Success', 'RetriesExhausted', 'EventAgeExceeded', 'ZeroReservedConcurrency'] as const;

/**
 * Parses a destination's record from any event. @throws RemediationError `event-unknown`, which says what was
 * found. Nothing is guessed.
 */
export function parseDestination(event: unknown): Destination {
  const { headroom, by } = foreignFields(event);
  if (headroom === TEST_MESSAGE)
    return { kind: TEST_MESSAGE, functionName: null, requestId: 'test', by: textOr(by, 'a person') };
  const { requestContext, requestPayload, responsePayload } = foreignFields(event);
  const { condition, functionArn, requestId } = foreignFields(requestContext);
  const known = CONDITIONS.find((each) => each === condition);
  if (known === undefined)
    throw unknownEvent(`requestContext.condition ${quoted(condition)}`, CONDITIONS.join(', '));
  if (typeof requestId !== 'string' || requestId === '')
    throw unknownEvent(`requestContext.requestId ${quoted(requestId)}`, 'a text');
  const invocation: Invocation = { functionName: functionNameOf(functionArn), requestId };
  switch (known) {
    case 'Success':
      return { kind: 'record', ...invocation, payload: ofItsServer(responsePayload, invocation) };
    case 'RetriesExhausted':
      return { kind: 'failed-run', ...invocation, ...failureOf(responsePayload), payload: requestPayload };
    case 'EventAgeExceeded':
    // A person switched the function off by reserved concurrency 0. An error here would send each event to
    // the dead-letter queue.
    case 'ZeroReservedConcurrency':
      return { kind: 'expired', ...invocation };
    default: {
      const never: never = known;
      return never;
    }
  }
}

/** The name of the server that a run was about. Null where it is not known. */
export function serverOf({
  database,
  functionName,
}: Pick<Invocation, 'database' | 'functionName'>): string | null {
  return database?.name ?? serverOfFunction(functionName);
}

/** The server of a function whose name follows the convention. Null for other names. */
function serverOfFunction(functionName: string | null): string | null {
  if (functionName === null || !functionName.startsWith(FUNCTION_PREFIX)) return null;
  return functionName.slice(FUNCTION_PREFIX.length) || null;
}

/**
 * A result with the name of the server that the function which ran belongs to, whatever the result says: a function has the
 * login of one server, and must not open, close or hide the incidents of another. Functions with other names are believed.
 */
function ofItsServer(payload: unknown, { functionName }: Invocation): unknown {
  const server = serverOfFunction(functionName);
  if (server === null || typeof payload !== 'object' || payload === null || !('server' in payload))
    return payload;
  return { ...payload, server };
}

/** The name in `arn:aws:lambda:<region>:<account>:function:<name>`. A version or alias may follow. */
function functionNameOf(arn: unknown): string | null {
  const parts = typeof arn === 'string' ? arn.split(':') : [];
  return parts[2] === 'lambda' && parts[5] === 'function' ? parts[6] || null : null;
}

/** When Lambda ends a run, or never begins one, the run leaves no error of its own. */
function failureOf(payload: unknown): { readonly errorType: string; readonly errorMessage: string } {
  const { errorType, errorMessage } = foreignFields(payload);
  return {
    errorType: textOr(errorType, 'unknown'),
    errorMessage: textOr(errorMessage, 'The run left no error.'),
  };
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}

function unknownEvent(found: string, allowed: string): RemediationError {
  const message = `The event is not the result of a run: found ${found}, expected ${allowed}. This function is invoked as a Lambda destination only.`;
  return new RemediationError('event-unknown', message);
}

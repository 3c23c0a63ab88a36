import type { Condition, DestinationEnvelope } from './destination-envelope.ts';
import type { Run } from './lambda-environment.ts';

export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
};

/** How a record was sent on. Either the destination was invoked, or `failure` says why not. */
export type Destination = { readonly functionName: string; readonly envelope: DestinationEnvelope } & (
  | { readonly invocation: Invocation; readonly failure: null }
  | { readonly invocation: null; readonly failure: string }
);

/** One delivery of an event. Without an attempt, `response` is undefined and the times are null and 0. */
export type Invocation = Pick<Run, 'coldStart' | 'initMs' | 'durationMs'> & {
  readonly functionName: string;
  /** The same for all attempts and duplicates. */
  readonly requestId: string;
  readonly event: unknown;
  readonly condition: Condition;
  readonly attempts: readonly Run[];
  /** The value that the last attempt returned, or the description of its error. */
  readonly response: unknown;
  readonly error: FunctionError | null;
  /** Null during the delivery, and when none is configured for this condition. */
  readonly destination: Destination | null;
};

/** The facts of a delivery before anything is sent on. */
export function describeInvocation(
  functionName: string,
  requestId: string,
  event: unknown,
  condition: Condition,
  attempts: readonly Run[],
): Omit<Invocation, 'destination'> {
  const last = attempts.at(-1);
  const response = last && JSON.parse(last.payload);
  return {
    functionName,
    requestId,
    event,
    condition,
    attempts,
    response,
    error: last?.isError ? response : null,
    coldStart: last?.coldStart ?? false,
    initMs: last?.initMs ?? null,
    durationMs: last?.durationMs ?? 0,
  };
}

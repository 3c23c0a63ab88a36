/** Why the record of an asynchronous invocation is sent to a destination. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/** What Lambda sends to a destination. Without an attempt there is no response. */
export type DestinationEnvelope = {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: Condition;
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext?: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    readonly functionError?: 'Unhandled';
  };
  readonly responsePayload?: unknown;
};

/** The limit of an asynchronous invocation, and so of what can be delivered to a function. */
export const MAX_ASYNC_PAYLOAD_BYTES = 1_048_576;

type Facts = {
  readonly requestId: string;
  /** Without a version. */
  readonly functionArn: string;
  readonly condition: Condition;
  readonly attempts: number;
  readonly event: unknown;
  /** Of the last attempt, if there was one. */
  readonly response: { readonly payload: unknown; readonly isError: boolean } | null;
};

export function destinationEnvelope(facts: Facts): DestinationEnvelope {
  const { requestId, functionArn, condition, attempts, event, response } = facts;
  const request = {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: event,
  } as const;
  if (response === null) return request;
  const context = { statusCode: 200, executedVersion: '$LATEST' } as const;
  return {
    ...request,
    responseContext: response.isError ? { ...context, functionError: 'Unhandled' } : context,
    responsePayload: response.payload,
  };
}

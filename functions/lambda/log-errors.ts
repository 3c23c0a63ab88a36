import type { MiddlewareObj } from '@middy/core';
import { coerceError } from '../core/base/errors.ts';
import { logLine } from './log-line.ts';

/**
 * Writes one structured line for an invocation that throws. The error then goes to Lambda, and from there to the failure
 * destination.
 */
export function logErrors(): MiddlewareObj {
  return {
    onError: ({ error, context }) => {
      const { code, message } = coerceError(error);
      logLine('invocation-failed', { requestId: context.awsRequestId, code, message });
    },
  };
}

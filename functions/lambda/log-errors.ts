import type { MiddlewareObj } from '@middy/core';
import { coerceError } from '../core/base/errors.ts';
import { logLine } from './log-line.ts';

/** One structured line for an invocation that throws; the error goes on to Lambda and so to the failure destination. */
export function logErrors(): MiddlewareObj {
  return {
    onError: ({ error, context }) => {
      const { code, message } = coerceError(error);
      logLine('invocation-failed', { requestId: context.awsRequestId, code, message });
    },
  };
}

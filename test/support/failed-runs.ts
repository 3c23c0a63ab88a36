import type { FailedRun } from '../../functions/events/parse-destination.ts';

/** Runs that returned no record, as a destination gets them. */

const INVOCATION = { functionName: 'pg-headroom-orders', requestId: 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2' };

export const KILLED_RUN: FailedRun = {
  kind: 'failed-run',
  ...INVOCATION,
  errorType: 'Sandbox.Timedout',
  errorMessage: 'RequestId: c2a6f2ae-7dbb-4d22-8782-d0485c9877e2 Error: Task timed out after 60.00 seconds',
  payload: {},
};
export const UNCONFIGURED_RUN: FailedRun = {
  kind: 'failed-run',
  ...INVOCATION,
  errorType: 'config-invalid',
  errorMessage:
    "The function's environment has 2 problems; nothing was done:\n  HEADROOM_HOST: missing, expected the instance's host name or address\n  HEADROOM_POLICY relieve.when.usedPercent: found 140, expected a whole number from 1 to 100",
  payload: {},
};

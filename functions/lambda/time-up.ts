import { RemediationError } from '../core/base/errors.ts';

/**
 * The last resort if the workflow misses its own deadline. It throws, because middy's early response would replace what the
 * handler returns in the same moment.
 */
export const timeUp = {
  timeoutEarlyInMillis: 1_000,
  timeoutEarlyResponse: (): never => {
    throw new RemediationError(
      'deadline-near',
      'The function did not end in its time: raise its timeout, or see its log for the step that hung.',
    );
  },
} as const;

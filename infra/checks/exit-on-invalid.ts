import { RemediationError } from '../../functions/core/base/errors.ts';

/** What our own parsers refuse is explained by its message; a stack trace would only bury it. */
export function exitOnInvalid(synthesize: () => void): void {
  try {
    synthesize();
  } catch (thrown) {
    if (!(thrown instanceof RemediationError)) throw thrown;
    console.error(thrown.message);
    process.exitCode = 1;
  }
}

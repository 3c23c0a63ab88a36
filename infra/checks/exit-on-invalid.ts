import { RemediationError } from '../../functions/core/base/errors.ts';

/** Prints only the message of an error of our own parsers. It explains the problem; a stack trace would hide it. */
export function exitOnInvalid(synthesize: () => void): void {
  try {
    synthesize();
  } catch (thrown) {
    if (!(thrown instanceof RemediationError)) throw thrown;
    console.error(thrown.message);
    process.exitCode = 1;
  }
}

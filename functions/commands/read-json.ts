import { coerceError, RemediationError } from '../core/base/errors.ts';

/** @throws RemediationError `config-invalid` for a text that is no JSON. */
export function readJson(text: string, what: string, next: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const message = `${what} is not JSON (${coerceError(thrown).message}): ${next}.`;
    throw new RemediationError('config-invalid', message);
  }
}

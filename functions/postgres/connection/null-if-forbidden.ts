import { coerceError } from '../../core/base/errors.ts';

/** Null where the server refused a statement that is useful but not needed. */
export async function nullIfForbidden(rows: Promise<readonly unknown[]>): Promise<readonly unknown[] | null> {
  try {
    return await rows;
  } catch (error) {
    // A broken session is an error and not a missing fact: it must not look like a server where every session is
    // protected.
    if (coerceError(error).code !== 'statement-failed') throw error;
    return null;
  }
}

import { coerceError } from '../../core/base/errors.ts';

/** Null where the server refused a statement whose answer is worth having and not needed. */
export async function nullIfForbidden(rows: Promise<readonly unknown[]>): Promise<readonly unknown[] | null> {
  try {
    return await rows;
  } catch (error) {
    // A session that broke off is no missing fact: it must not pass for a server where everybody is protected.
    if (coerceError(error).code !== 'statement-failed') throw error;
    return null;
  }
}

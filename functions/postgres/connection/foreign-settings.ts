import { RemediationError } from '../../core/base/errors.ts';
import { type Target, targetText } from './target.ts';

/** Our session has other settings than we set. Its statements might run code of another role. */
export function foreignSettings(target: Target, names: string): RemediationError {
  const message = `The server at ${targetText(target)} does not keep the settings of our own session (${names}): nothing was read. Check what is in between and changes statements or settings.`;
  return new RemediationError('connect-failed', message);
}

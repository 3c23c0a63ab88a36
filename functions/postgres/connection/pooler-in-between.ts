import { RemediationError } from '../../core/base/errors.ts';
import { type Target, targetText } from './target.ts';

/** A pooler answers in place of the server. `answer` is the pooler's refusal; null if it let us in. */
export function poolerInBetween(target: Target, answer: string | null): RemediationError {
  const quoted = answer === null ? '' : ` (${answer})`;
  const message = `A pooler answers at ${targetText(target)}${quoted}: name the server's own host and port, because only the server shows all sessions.`;
  return new RemediationError('pooler-in-between', message);
}

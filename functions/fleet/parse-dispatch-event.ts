import { quoted, RemediationError } from '../core/base/errors.ts';
import { parseEvent } from '../events/parse-event.ts';

/** What starts a dispatcher: its schedule, or the alarm on refusals of databases that only a metric filter watches. */
export type DispatchEvent =
  | { readonly kind: 'period'; readonly at: number }
  | { readonly kind: 'refusals' }
  | { readonly kind: 'nothing' };

/** @throws RemediationError `event-unknown`, also for a schedule without its time. */
export function parseDispatchEvent(event: unknown): DispatchEvent {
  const trigger = parseEvent(event);
  switch (trigger.kind) {
    case 'schedule': {
      const at = Date.parse(trigger.at ?? '');
      if (!Number.isNaN(at)) return { kind: 'period', at };
      const message = `The schedule gives no time (found ${quoted(trigger.at)}): its input has to pass the scheduled time, by which a doubled event is noticed.`;
      throw new RemediationError('event-unknown', message);
    }
    case 'alarm':
      return { kind: trigger.state === 'ALARM' ? 'refusals' : 'nothing' };
    case 'manual':
    case 'log-lines':
    case 'notice':
      return { kind: 'nothing' };
    default: {
      const never: never = trigger;
      return never;
    }
  }
}

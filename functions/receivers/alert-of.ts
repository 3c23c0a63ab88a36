import type { Receiver } from '../core/declaration/receiver-declaration.ts';
import type { Severity } from '../core/incident/outcome-table.ts';
import type { Message } from '../render/base/message.ts';
import type { MessageIdentity } from '../report/report-ports.ts';

/** What a message does to the alert of its incident at a pager. */
export type Alert = {
  readonly action: 'open' | 'resolve';
  readonly key: string;
  readonly severity: Severity;
};

const RANKS: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };
/** PagerDuty takes 255 characters, Opsgenie 512. */
const MOST_KEY = 255;

/**
 * The alert that a message opens or resolves. Null when it does neither. One incident is one alert: its key is the same
 * in each of its messages, so that a pager adds repetitions to the open alert, and closes it when the incident is over. A
 * test opens an alert too, because it tests the way to the person on call.
 */
export function alertOf(
  { attributes }: Message,
  { kind, incident }: MessageIdentity,
  from: Receiver['alertFrom'],
): Alert | null {
  const severity = severityIn(attributes);
  const key = ['pg-headroom', ...(kind === 'test' ? ['test'] : [attributes.server ?? 'unknown'])];
  const alert = {
    key: [...key, ...(incident === null ? [] : [incident])].join('-').slice(0, MOST_KEY),
    severity,
  };
  switch (kind) {
    case 'over':
      return { action: 'resolve', ...alert };
    case 'test':
      return { action: 'open', ...alert, severity: 'critical' };
    case 'opened':
    case 'changed':
    case 'reminder':
    case 'run':
      return RANKS[severity] < RANKS[from] ? null : { action: 'open', ...alert };
    case 'misconfigured':
    case 'observed':
    // Nothing would resolve it: an episode that is over has no message.
    case 'warning':
    case 'digest':
      return null;
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function severityIn({ severity }: Message['attributes']): Severity {
  return severity === 'critical' || severity === 'warning' ? severity : 'info';
}

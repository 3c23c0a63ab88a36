import { quoted } from '../core/base/errors.ts';
import { isMetricOfRefusals } from '../core/trigger/alarm-reading.ts';
import type { AlarmTrigger } from '../core/trigger/trigger.ts';
import { type Fields, fieldsOf, textField, timeField, unknownEvent } from './event-fields.ts';

const STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;
const CHANGES = ['CloudWatch Alarm State Change', 'CloudWatch Alarm Contributor State Change'] as const;

/**
 * An alarm of any type, sent to the function directly or as a change of state by EventBridge. @throws
 * RemediationError `event-unknown`.
 */
export function parseAlarm(event: Fields): AlarmTrigger {
  const { 'detail-type': change, resources, time } = event;
  if (change === undefined)
    return alarmOf(fieldsOf(event.alarmData), 'alarmData', { arn: event.alarmArn, time });
  if (!CHANGES.some((each) => each === change))
    throw unknownEvent(`detail-type ${quoted(change)} of CloudWatch`, CHANGES.map(quoted).join(' or '));
  const arn = Array.isArray(resources) ? resources[0] : undefined;
  return alarmOf(fieldsOf(event.detail), 'detail', { arn, time });
}

function alarmOf(
  data: Fields,
  path: string,
  outside: { readonly arn: unknown; readonly time: unknown },
): AlarmTrigger {
  const { value, reason, timestamp, actionsSuppressedBy } = fieldsOf(data.state);
  const { id, attributes } = fieldsOf(data.alarmContributor);
  return {
    kind: 'alarm',
    alarm: textField(data.alarmName, `${path}.alarmName`),
    alarmArn: textField(outside.arn, path === 'detail' ? 'resources[0]' : 'alarmArn'),
    state: stateOf(value, `${path}.state.value`),
    reason: typeof reason === 'string' ? reason : '',
    at: timeField(timestamp ?? outside.time, `${path}.state.timestamp`),
    // Any value there means that actions are suppressed now. In `previousState` it means that they no longer
    // are.
    suppressedBy: actionsSuppressedBy == null ? null : plain(actionsSuppressedBy),
    mutedBy: data.muteDetail == null ? null : ruleOf(data.muteDetail),
    contributor: contributorOf(id, attributes),
    ...watching(metricOf(fieldsOf(data.configuration).metrics)),
  };
}

/**
 * An alarm in the form that SNS sends. A suppressed or muted alarm sends no message. @throws RemediationError
 * `event-unknown`.
 */
export function parseNotifiedAlarm(message: Fields): AlarmTrigger {
  const { NewStateReason: reason, AlarmContributorId, AlarmContributorAttributes } = message;
  return {
    kind: 'alarm',
    alarm: textField(message.AlarmName, 'AlarmName'),
    alarmArn: textField(message.AlarmArn, 'AlarmArn'),
    state: stateOf(message.NewStateValue, 'NewStateValue'),
    reason: typeof reason === 'string' ? reason : '',
    at: timeField(message.StateChangeTime, 'StateChangeTime'),
    suppressedBy: null,
    mutedBy: null,
    contributor: contributorOf(AlarmContributorId, AlarmContributorAttributes),
    ...watching(metricOfNotice(fieldsOf(message.Trigger))),
  };
}

/**
 * The metric is given only when it is not the number of refusals, which most alarms that start runs count.
 */
function watching(metric: string | null): Pick<AlarmTrigger, 'metric'> {
  return metric === null || isMetricOfRefusals(metric) ? {} : { metric };
}

/** The name of the only metric that an alarm compares, or the label or expression that it computes. */
function metricOf(metrics: unknown): string | null {
  const all = Array.isArray(metrics) ? metrics.map(fieldsOf) : [];
  const { metricStat, label, expression } = all.find(({ returnData }) => returnData !== false) ?? {};
  return nameIn(fieldsOf(fieldsOf(metricStat).metric).name) ?? nameIn(label) ?? nameIn(expression);
}

function metricOfNotice({ MetricName, Metrics }: Fields): string | null {
  const all = Array.isArray(Metrics) ? Metrics.map(fieldsOf) : [];
  const { MetricStat, Label, Expression } = all.find(({ ReturnData }) => ReturnData !== false) ?? {};
  const metric = fieldsOf(fieldsOf(MetricStat).Metric).MetricName;
  return nameIn(MetricName) ?? nameIn(metric) ?? nameIn(Label) ?? nameIn(Expression);
}

function nameIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, MOST_OF_A_METRIC) : null;
}

/** An expression may be very long. */
const MOST_OF_A_METRIC = 255;

function stateOf(value: unknown, path: string): AlarmTrigger['state'] {
  const known = STATES.find((each) => each === value);
  if (known === undefined) throw unknownEvent(`${path} ${quoted(value)}`, STATES.join(', '));
  return known;
}

function ruleOf(muteDetail: unknown): string {
  const { mutedByArn } = fieldsOf(muteDetail);
  return typeof mutedByArn === 'string' ? mutedByArn : 'a mute rule';
}

function contributorOf(id: unknown, attributes: unknown): string | null {
  const named = Object.entries(fieldsOf(attributes)).map(([name, value]) => `${name} ${plain(value)}`);
  if (named.length > 0) return named.join(', ');
  return typeof id === 'string' ? id : null;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : quoted(value);
}

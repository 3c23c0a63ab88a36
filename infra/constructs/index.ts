/** The public API of this package for CDK apps. */
export type { MetricsChoice } from '../../functions/contract.ts';
export type { AlarmKind } from '../../functions/core/declaration/setting-schemas.ts';
export type { WrittenPolicy as Policy } from '../../functions/core/policy/written-policy.ts';
export type { StatementChoice } from '../../functions/core/server/statement-choice.ts';
export { Dashboard, type DashboardProps, type DashboardServer } from './dashboard.ts';
export { IncidentReporting, type IncidentReportingProps } from './incident-reporting.ts';
export { MemoryEndpoint, type MemoryEndpointProps } from './memory-endpoint.ts';
export type { PoolerProps } from './pooler-props.ts';
export type {
  OpsgenieProps,
  PagerDutyProps,
  ReceiverProps,
  Receivers,
  WebhookProps,
} from './receivers.ts';
export { RefusalAlarm } from './refusal-alarm.ts';
export { RefusalLogAlarm } from './refusal-log-alarm.ts';
export { RefusalSubscription } from './refusal-subscription.ts';
export type { RefusalTrigger } from './refusal-trigger.ts';
export { ServerAlarms, type ServerAlarmsProps } from './server-alarms.ts';
export type { ServerLogin } from './server-login.ts';
export { ServerRemediation } from './server-remediation.ts';
export type { ServerRemediationProps } from './server-remediation-props.ts';
export type { QuietHoursProps, WarningsProps } from './warnings-props.ts';

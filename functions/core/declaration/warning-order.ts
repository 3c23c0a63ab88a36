import type { WarningOrder } from '../warning/parse-warnings.ts';
import type { WarningSettings } from '../warning/warning-settings.ts';
import { rdsHost } from './rds-host.ts';

/** What a run hands on to its report about warnings. Only RDS counts connections in CloudWatch. */
export function warningOrder(settings: WarningSettings | null, host: string): WarningOrder | null {
  return settings === null ? null : { ...settings, rdsHost: rdsHost(host) === null ? null : host };
}

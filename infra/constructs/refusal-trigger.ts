import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AlarmKind } from '../../functions/core/declaration/setting-schemas.ts';
import { omitUndefined } from './omit-undefined.ts';
import { RefusalAlarm } from './refusal-alarm.ts';
import { RefusalLogAlarm } from './refusal-log-alarm.ts';
import { RefusalSubscription } from './refusal-subscription.ts';

/** The construct that turns a refused client into a run; null where there is none. */
export type RefusalTrigger = RefusalAlarm | RefusalLogAlarm | RefusalSubscription | null;

export type RefusalTriggerProps = {
  readonly alarm: AlarmKind;
  readonly server: string;
  readonly logGroup: logs.ILogGroup | undefined;
  readonly logStream: string | undefined;
  readonly remediate: lambda.IFunction;
};

export function refusalTrigger(scope: Construct, props: RefusalTriggerProps): RefusalTrigger {
  const { alarm, server, logGroup, logStream, remediate } = props;
  // The checks have refused a kind that needs the group but has none.
  if (logGroup === undefined) return null;
  const own = { server, logGroup, remediate };
  switch (alarm) {
    case 'metric':
      return new RefusalAlarm(scope, 'Refusals', own);
    case 'subscription':
      return new RefusalSubscription(scope, 'Refusals', own);
    case 'log-alarm':
      return new RefusalLogAlarm(scope, 'Refusals', { ...own, ...omitUndefined({ logStream }) });
    case 'none':
      return null;
    default: {
      const never: never = alarm;
      return never;
    }
  }
}

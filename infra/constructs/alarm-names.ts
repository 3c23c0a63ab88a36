import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** All alarms of ours, and no others, begin with it: topics and keys are open to these names. */
const PREFIX = 'pg-headroom-';

/** An alarm about one server, or about `reporting`, which no server has an alarm in common with. */
export function alarmNameOf(whose: string, article: string): string {
  return `${PREFIX}${whose}-${article}`;
}

/** Ends an alarm's description, for whoever it wakes. */
export function whatToDo(article: string): string {
  return `What to do: docs/operate/runbook.md#${article}`;
}

/** What stands for all our alarms of this account and region in a policy's condition. */
export function ownAlarmsArn(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: `${PREFIX}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

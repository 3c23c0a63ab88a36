import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The prefix of all our alarms and of no others. Policies of topics and keys grant access to these names. */
const PREFIX = 'pg-headroom-';

/** The name of an alarm about one server, or about `reporting`, which all servers share. */
export function alarmNameOf(whose: string, article: string): string {
  return `${PREFIX}${whose}-${article}`;
}

/** The end of an alarm's description, for the people who get it. */
export function whatToDo(article: string): string {
  return `What to do: docs/operate/runbook.md#${article}`;
}

/** The ARN pattern of all our alarms of this account and region, for the condition of a policy. */
export function ownAlarmsArn(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: `${PREFIX}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

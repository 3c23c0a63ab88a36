import { Annotations, Stage } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { stackNumberOf } from '../checks/stack-number.ts';
import { omitUndefined } from '../constructs/omit-undefined.ts';
import type { DeclaredStage } from './declaration.ts';
import { NetworkStack, routeTablesOf } from './network-stack.ts';
import { ReportingStack } from './reporting-stack.ts';
import { ServersStack } from './servers-stack.ts';

export type StacksOptions = {
  /**
   * Folder of a built bundle, used for both functions.
   *
   * @default - what the build leaves in this project
   */
  readonly bundle?: string;
};

/** People may subscribe to the topic by hand, and `headroom preflight` looks. */
const NO_RECEIVER =
  'No receiver of messages is declared: "reporting" has no emails, people, chat, pager, pagerDuty, opsgenie, teams or webhook. Unless somebody subscribes to the topic by hand, runs end sessions and no person is told.';

/**
 * Adds everything for the servers of one stage: the reporting, the endpoints that they declare, and the stacks of servers.
 */
export function addStacks(app: Construct, stage: DeclaredStage, options: StacksOptions = {}): void {
  const { place, servers, reporting: declared } = stage;
  const scope = place === null ? app : stageOf(app, place);
  const reportingStack = new ReportingStack(scope, 'pg-headroom-reporting', {
    declared,
    servers: servers
      .filter(({ metrics }) => metrics !== 'none')
      .map(({ name, policy }) => ({ server: name, policy })),
    ...options,
  });
  const { keepRecordsDays: _, ...receivers } = declared;
  if (Object.values(receivers).every((each) => each === undefined))
    Annotations.of(reportingStack).addWarningV2('pg-headroom:nobody-is-told', NO_RECEIVER);
  const { reporting } = reportingStack;
  const pager = declared.pager && Topic.fromTopicArn(reportingStack, 'Pager', declared.pager.topicArn);
  const routeTables = routeTablesOf(servers);
  if (routeTables.size > 0) new NetworkStack(scope, 'pg-headroom-network', { routeTables });
  for (const [number, some] of Map.groupBy(servers, stackNumberOf)) {
    const props = { servers: some, reporting, ...omitUndefined({ pager }), ...options };
    new ServersStack(scope, `pg-headroom-servers-${number}`, props);
  }
}

function stageOf(app: Construct, { stage, account, region }: NonNullable<DeclaredStage['place']>): Stage {
  return new Stage(app, stage, { env: { account, region } });
}

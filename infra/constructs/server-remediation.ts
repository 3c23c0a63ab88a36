import { Duration, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import {
  BUNDLES,
  FLEET_PARAMETERS,
  functionNameOf,
  REMEDIATE_MEMORY_MB,
  REMEDIATE_TIMEOUT_SECONDS,
  SUBSCRIPTION_CONCURRENCY,
} from '../../functions/contract.ts';
import { rdsHost } from '../../functions/core/declaration/rds-host.ts';
import { BundledFunction, builtBundle } from './bundled-function.ts';
import { FunctionDestination } from './function-destination.ts';
import { denyNetworkInterfacesToCode, networkInterfaces } from './network-interfaces.ts';
import { omitUndefined } from './omit-undefined.ts';
import { type RefusalTrigger, refusalTrigger } from './refusal-trigger.ts';
import { remediateEnvironment } from './remediate-environment.ts';
import { asDeclared, requireValidServer } from './require-valid-server.ts';
import { loginStatements, poolerStatements } from './server-login.ts';
import { memoryStatements } from './server-memory.ts';
import type { ServerRemediationProps } from './server-remediation-props.ts';
import { SweepSchedule } from './sweep-schedule.ts';
import { TopicTrigger } from './topic-trigger.ts';

/** Everything for one server: its function with a role of its own, its alarm and its schedule. */
export class ServerRemediation extends Construct implements ec2.IConnectable {
  /** The server's name in messages and names. */
  readonly server: string;
  readonly remediate: lambda.Function;
  /** The function's place in the network: `instance.connections.allowDefaultPortFrom(remediation)`. */
  readonly connections: ec2.Connections;
  /** What starts a run when the server refused a client. */
  readonly refusals: RefusalTrigger;

  /** @throws RemediationError `config-invalid` with all problems of the properties. */
  constructor(scope: Construct, id: string, props: ServerRemediationProps) {
    super(scope, id);
    requireValidServer(this.node.path, props);
    const { server, alarm = 'metric', logGroup, logStream, alarmTopics = [] } = props;
    const { sweep = ScheduleExpression.rate(Duration.minutes(5)) } = props;
    this.server = server;
    const bundled = this.remediateFunction(props);
    denyNetworkInterfacesToCode(this, bundled);
    const { function: remediate } = bundled;
    this.remediate = remediate;
    this.connections = remediate.connections;
    this.refusals = refusalTrigger(this, { alarm, server, logGroup, logStream, remediate });
    new SweepSchedule(this, 'Sweep', { server, sweep, remediate });
    this.keepFleetAway(props.host);
    for (const [index, topic] of alarmTopics.entries())
      new TopicTrigger(this, `AlarmTopic${index}`, { topic, remediate });
  }

  /** By this parameter a fleet of the account knows that the server is cared for, whatever its tag says. */
  private keepFleetAway(host: string): void {
    const isKnownLater = Token.isUnresolved(host);
    if (!isKnownLater && rdsHost(host) === null) return;
    new CfnParameter(this, 'Declared', {
      // The mark of a value that is known later is no longer resolved in small letters.
      name: `${FLEET_PARAMETERS.declared}/${isKnownLater ? host : host.toLowerCase()}`,
      type: 'String',
      value: this.server,
      description: 'pg-headroom: this server is declared, so that no fleet looks after it',
    });
  }

  private remediateFunction(props: ServerRemediationProps): BundledFunction {
    const { server, vpc, subnets, securityGroups, report, alarm, tracing = false } = props;
    const { logRetention, logRemovalPolicy } = props;
    const { reservedConcurrency = alarm === 'subscription' ? SUBSCRIPTION_CONCURRENCY : undefined } = props;
    const destination = new FunctionDestination(report);
    return new BundledFunction(this, 'Remediate', {
      bundle: props.bundle ?? builtBundle(BUNDLES.remediate),
      // A failed run has no record. The name of its function is all that identifies the server.
      functionName: functionNameOf(server),
      description: `pg-headroom: gives PostgreSQL server ${server} its connection slots back`,
      environment: remediateEnvironment({ ...asDeclared(props), table: props.memory?.tableName }),
      statements: this.statements(props),
      timeout: Duration.seconds(REMEDIATE_TIMEOUT_SECONDS),
      memorySize: REMEDIATE_MEMORY_MB,
      vpc,
      ...(securityGroups === undefined ? {} : { securityGroups: [...securityGroups] }),
      // Never retried, and old events are dropped: a late run would act on another state of the server than the event was
      // about.
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      onSuccess: destination,
      onFailure: destination,
      ...omitUndefined({
        vpcSubnets: subnets,
        reservedConcurrentExecutions: reservedConcurrency,
        tracing: tracing ? lambda.Tracing.ACTIVE : undefined,
        logRetention,
        logRemovalPolicy,
      }),
    });
  }

  private statements(props: ServerRemediationProps): readonly iam.PolicyStatement[] {
    const { server, memory, pooler } = props;
    return [
      ...loginStatements(this, props),
      ...poolerStatements(pooler),
      ...(memory === undefined ? [] : memoryStatements(this, server, memory)),
      networkInterfaces(),
    ];
  }
}

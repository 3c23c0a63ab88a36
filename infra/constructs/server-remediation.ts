import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { BUNDLES, functionNameOf, REMEDIATE_TIMEOUT_SECONDS } from '../../functions/contract.ts';
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

/**
 * It needs some 130 MB at 5,000 sessions; what the rest buys is a share of a CPU. Beside 512 MB a cold function has its slots
 * free in half the time, for a cent a month; a whole CPU (1,769 MB) costs more and brings less (npm run bench -- share). On
 * arm64, whose second costs a fifth less: nothing in the bundle is compiled.
 */
const REMEDIATE_MEMORY_MB = 1_024;

/** Everything that looks after one server: its function with a role of its own, its alarm and its schedule. */
export class ServerRemediation extends Construct {
  /** What people call the server. */
  readonly server: string;
  readonly remediate: lambda.Function;
  /** What makes the function run when a client was refused. */
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
    this.refusals = refusalTrigger(this, { alarm, server, logGroup, logStream, remediate });
    new SweepSchedule(this, 'Sweep', { server, sweep, remediate });
    for (const [index, topic] of alarmTopics.entries())
      new TopicTrigger(this, `AlarmTopic${index}`, { topic, remediate });
  }

  private remediateFunction(props: ServerRemediationProps): BundledFunction {
    const { server, vpc, subnets, securityGroups, report, alarm, tracing = false } = props;
    const { logRetention, logRemovalPolicy } = props;
    const { reservedConcurrency = alarm === 'subscription' ? 2 : undefined } = props;
    const destination = new FunctionDestination(report);
    return new BundledFunction(this, 'Remediate', {
      bundle: props.bundle ?? builtBundle(BUNDLES.remediate),
      // A failed run has no record: its function's name is all that tells the server.
      functionName: functionNameOf(server),
      description: `pg-headroom: gives PostgreSQL server ${server} its connection slots back`,
      environment: remediateEnvironment({ ...asDeclared(props), table: props.memory?.tableName }),
      statements: this.statements(props),
      timeout: Duration.seconds(REMEDIATE_TIMEOUT_SECONDS),
      memorySize: REMEDIATE_MEMORY_MB,
      vpc,
      vpcSubnets: subnets,
      securityGroups: [...securityGroups],
      // A "terminate" that was put off meets another server than the one it was meant for: never retried, soon too old.
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      onSuccess: destination,
      onFailure: destination,
      ...omitUndefined({
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

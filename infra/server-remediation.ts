import { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BUNDLES, functionNameOf, REMEDIATE_ENV, REMEDIATE_TIMEOUT_SECONDS } from '../functions/contract.ts';
import { parsePolicy } from '../functions/core/parse-policy.ts';
import { BundledFunction, builtBundle } from './bundled-function.ts';
import { FunctionDestination } from './function-destination.ts';
import { denyNetworkInterfacesToCode, networkInterfaces } from './network-interfaces.ts';
import { RefusalAlarm } from './refusal-alarm.ts';
import { grantLogin, type ServerLogin } from './server-login.ts';
import { SweepSchedule } from './sweep-schedule.ts';

export interface ServerRemediationProps extends ServerLogin {
  /** What people call the server; part of every message, and of the names of its alarm, metric and schedule. */
  readonly server: string;
  /** The instance's own endpoint: a cluster, reader or proxy name may answer from another server. */
  readonly host: string;
  /** @default 5432 */
  readonly port?: number;
  /**
   * The maintenance database.
   *
   * @default postgres
   */
  readonly database?: string;
  /** The log group to which the server's log is exported. */
  readonly logGroup: logs.ILogGroup;
  /** The network from which the server can be reached. */
  readonly vpc: ec2.IVpc;
  /** Where in the VPC the function runs. */
  readonly subnets: ec2.SubnetSelection;
  /** The server's own groups must let these in. */
  readonly securityGroups: readonly ec2.ISecurityGroup[];
  /** Gets the result of every run, good or bad. */
  readonly report: lambda.IFunction;
  /**
   * The policy as it is written in JSON; parsed at synth time as it is at run time.
   *
   * @default - the policy's own defaults, which only observe
   */
  readonly policy?: unknown;
  /**
   * `off` is for networks that somebody vouches for, and for logins by a secret.
   *
   * @default verify
   */
  readonly tls?: 'verify' | 'off';
  /**
   * PEM file in the function's file system with the certificate authorities to trust.
   *
   * @default - the region's RDS roots that the bundle brings, or else Amazon's as the Lambda runtime brings them
   */
  readonly caFile?: string;
  /**
   * From one sweep to the next, a minute to a day.
   *
   * @default Duration.minutes(5)
   */
  readonly sweepEvery?: Duration;
  /**
   * Runs at a time. One waits for the server's lock, so that an alarm during a sweep is not put off by throttling.
   *
   * @default 2
   */
  readonly reservedConcurrency?: number;
  /**
   * Folder of the built `remediate` bundle.
   *
   * @default - what `npm run build` leaves in this package
   */
  readonly bundle?: string;
}

/** Everything that looks after one server: its function with a role of its own, its alarm and its schedule. */
export class ServerRemediation extends Construct {
  readonly remediate: lambda.Function;
  readonly refusals: RefusalAlarm;

  constructor(scope: Construct, id: string, props: ServerRemediationProps) {
    super(scope, id);
    const { server, logGroup, sweepEvery = Duration.minutes(5) } = props;
    const bundled = this.remediateFunction(props);
    denyNetworkInterfacesToCode(this, bundled);
    this.remediate = bundled.function;
    this.refusals = new RefusalAlarm(this, 'Refusals', { server, logGroup, remediate: this.remediate });
    new SweepSchedule(this, 'Sweep', { server, every: sweepEvery, remediate: this.remediate });
  }

  private remediateFunction(props: ServerRemediationProps): BundledFunction {
    const { server, vpc, subnets, securityGroups, report, reservedConcurrency = 2 } = props;
    const destination = new FunctionDestination(report);
    const login = grantLogin(this, props);
    return new BundledFunction(this, 'Remediate', {
      bundle: props.bundle ?? builtBundle(BUNDLES.remediate),
      // A failed run has no record: its function's name is all that tells the server.
      functionName: functionNameOf(server),
      description: `pg-headroom: gives PostgreSQL server ${server} its connection slots back`,
      environment: { ...environmentOf(props), ...login.environment },
      statements: [login.statement, networkInterfaces()],
      timeout: Duration.seconds(REMEDIATE_TIMEOUT_SECONDS),
      memorySize: 512,
      vpc,
      vpcSubnets: subnets,
      securityGroups: [...securityGroups],
      reservedConcurrentExecutions: reservedConcurrency,
      // A "terminate" that was put off meets another server than the one it was meant for: never retried, soon too old.
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      onSuccess: destination,
      onFailure: destination,
    });
  }
}

/** What is left out is left to the function's own defaults. */
function environmentOf(props: ServerRemediationProps): Record<string, string> {
  const { server, host, port, database, policy = {}, tls, caFile } = props;
  parsePolicy(policy);
  return {
    [REMEDIATE_ENV.server]: server,
    [REMEDIATE_ENV.host]: host,
    [REMEDIATE_ENV.policy]: JSON.stringify(policy),
    ...(port === undefined ? {} : { [REMEDIATE_ENV.port]: String(port) }),
    ...(database === undefined ? {} : { [REMEDIATE_ENV.database]: database }),
    ...(tls === undefined ? {} : { [REMEDIATE_ENV.tls]: tls }),
    ...(caFile === undefined ? {} : { [REMEDIATE_ENV.caFile]: caFile }),
  };
}

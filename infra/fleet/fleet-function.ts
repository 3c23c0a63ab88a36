import type { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { BundledFunction } from '../constructs/bundled-function.ts';

export interface FleetFunctionProps {
  readonly functionName: string;
  readonly description: string;
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly iam.PolicyStatement[];
  readonly timeout: Duration;
  readonly memorySize: number;
  /** How old an event may become in Lambda's queue. */
  readonly maxEventAge: Duration;
  readonly retryAttempts: 0 | 1 | 2;
  readonly onFailure?: lambda.IDestination;
}

/**
 * A function of a cell that knows no network. START, END and REPORT lines of quiet runs would cost as much as the
 * functions: Lambda leaves them out at WARN.
 */
export function fleetFunction(scope: Construct, id: string, props: FleetFunctionProps): BundledFunction {
  return new BundledFunction(scope, id, { ...props, ...QUIET_PLATFORM });
}

/** Lambda's own lines, of which only those about trouble are left. */
export const QUIET_PLATFORM = { systemLogLevelV2: lambda.SystemLogLevel.WARN } as const;

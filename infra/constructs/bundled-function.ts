import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { HANDLER } from '../../functions/contract.ts';
import { RemediationError } from '../../functions/core/base/errors.ts';

/** These options are the same for both functions, so neither leaves them open. */
type OpenOptions = Omit<lambda.FunctionOptions, 'architecture' | 'logGroup' | 'loggingFormat' | 'role'>;

export interface BundledFunctionProps extends OpenOptions {
  /** Folder of the built bundle, with an `index.mjs` that exports `handler`. */
  readonly bundle: string;
  /** Everything that the code may do in AWS, besides writing to its own log. */
  readonly statements: readonly iam.PolicyStatement[];
  /** @default THREE_MONTHS */
  readonly logRetention?: logs.RetentionDays;
  /**
   * What happens to the log when its stack or its server is removed. By default the log stays, because it says which
   * sessions were terminated and why. Its retention empties it in time.
   *
   * @default RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;
}

/**
 * The folder with a built bundle, in this project or in the node_modules of an app that uses it. The built constructs are in
 * dist/constructs, as deep as this source.
 */
export function builtBundle(relative: string): string {
  return join(import.meta.dirname, '../..', relative);
}

/**
 * One of our functions: a prebuilt bundle, a log group with limited retention, and a role with only the listed rights.
 */
export class BundledFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    const { bundle, statements, logRetention, logRemovalPolicy, ...options } = props;
    const logGroup = new logs.LogGroup(this, 'Log', {
      retention: logRetention ?? logs.RetentionDays.THREE_MONTHS,
      removalPolicy: logRemovalPolicy ?? RemovalPolicy.RETAIN,
    });
    this.role = this.ownRole(logGroup, statements);
    this.function = new lambda.Function(this, 'Function', {
      ...options,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(existing(bundle)),
      handler: HANDLER,
      logGroup,
      // Lambda's own lines too: start, end and report of each invocation.
      loggingFormat: lambda.LoggingFormat.JSON,
      role: this.role,
    });
  }

  /** It takes the place of Lambda's managed policies, which allow writing to every log group. */
  private ownRole(logGroup: logs.LogGroup, statements: readonly iam.PolicyStatement[]): iam.Role {
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    for (const statement of statements) role.addToPolicy(statement);
    return role;
  }
}

function existing(bundle: string): string {
  if (existsSync(join(bundle, 'index.mjs'))) return bundle;
  const message = `The function's bundle is missing: found no index.mjs in ${bundle}. Run "npm run build" first.`;
  throw new RemediationError('config-invalid', message);
}

import { CfnParameter, type CfnResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  FLEET_BUNDLES,
  FLEET_ENV,
  FLEET_FUNCTIONS,
  FLEET_PARAMETERS,
  FLEET_TABLES,
  fleetRemediateName,
} from '../../functions/contract.ts';
import { acknowledgeResource } from '../constructs/acknowledge.ts';
import { databaseLogs, dispatchRights, intakeRights, triggersRights } from './cell-rights.ts';
import { fleetFunction } from './fleet-function.ts';
import { functionArn, parameterArns } from './fleet-names.ts';
import { type OptionalParameter, optionalParameter } from './fleet-parameters.ts';
import { PERIOD_MINUTES } from './fleet-stack-props.ts';

export interface CellFunctionsProps {
  readonly bundleAt: (path: string) => string;
  /** The organisation's event bus. */
  readonly bus: OptionalParameter;
}

/** The functions that find databases and start runs. None of them connects to a database. */
export class CellFunctions extends Construct {
  readonly dispatch: lambda.Function;

  constructor(scope: Construct, id: string, { bundleAt, bus }: CellFunctionsProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const hub = optionalParameter(
      stack,
      'HubBucket',
      "The organisation's bucket with policies and switch, or empty.",
    );
    this.dispatch = this.dispatcher(bundleAt, hub, bus);
    this.triggers(bundleAt);
    this.intake(bundleAt);
  }

  /** A period that fails is not repeated: the next one looks at everything anew. */
  private dispatcher(
    bundleAt: (path: string) => string,
    hub: OptionalParameter,
    bus: OptionalParameter,
  ): lambda.Function {
    const stack = Stack.of(this);
    const { function: dispatch, role } = fleetFunction(this, 'Dispatch', {
      functionName: FLEET_FUNCTIONS.dispatch,
      description: 'pg-headroom: finds the databases of this cell and starts their runs',
      bundle: bundleAt(FLEET_BUNDLES.dispatch),
      environment: {
        [FLEET_ENV.registry]: FLEET_TABLES.registry,
        [FLEET_ENV.memory]: FLEET_TABLES.memory,
        [FLEET_ENV.claims]: FLEET_TABLES.claims,
        [FLEET_ENV.triggers]: FLEET_FUNCTIONS.triggers,
        [FLEET_ENV.report]: FLEET_FUNCTIONS.report,
        [FLEET_ENV.periodMinutes]: String(PERIOD_MINUTES),
        [FLEET_ENV.ownerTag]: new CfnParameter(stack, 'OwnerTag', OWNER_TAG).valueAsString,
        [FLEET_ENV.hub]: hub.orNothing,
        [FLEET_ENV.bus]: bus.orNothing,
      },
      statements: dispatchRights(stack),
      timeout: Duration.seconds(60),
      memorySize: 512,
      maxEventAge: Duration.minutes(PERIOD_MINUTES),
      retryAttempts: 0,
    });
    this.readsHub(role, hub);
    acknowledgeResource(role, '*', NO_NARROWER);
    acknowledgeResource(role, functionArn(stack, fleetRemediateName('vpc-*')), NETWORKS);
    for (const arn of [FLEET_PARAMETERS.network, FLEET_PARAMETERS.declared].flatMap((path) =>
      parameterArns(stack, path),
    ))
      acknowledgeResource(
        role,
        arn,
        'Each network and each declared server has a parameter of its own below this path.',
      );
    return dispatch;
  }

  /** The bucket is in another account. Its policy has to allow it too. */
  private readsHub(role: iam.Role, hub: OptionalParameter): void {
    const bucket = Stack.of(this).formatArn({ service: 's3', region: '', account: '', resource: hub.text });
    const policy = new iam.Policy(this, 'ReadsHub', {
      roles: [role],
      statements: [
        new iam.PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [`${bucket}/policies/*`, `${bucket}/switch.json`],
        }),
        // Without it an object that is not there looks like one that may not be read.
        new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket] }),
      ],
    });
    (policy.node.defaultChild as CfnResource).cfnOptions.condition = hub.isGiven;
    acknowledgeResource(
      policy,
      `${bucket}/policies/*`,
      'Each policy of the organisation is an object of its own.',
    );
  }

  private triggers(bundleAt: (path: string) => string): void {
    const stack = Stack.of(this);
    const { role } = fleetFunction(this, 'Triggers', {
      functionName: FLEET_FUNCTIONS.triggers,
      description: 'pg-headroom: subscribes to the logs of databases that joined, and may do only that',
      bundle: bundleAt(FLEET_BUNDLES.triggers),
      environment: {
        [FLEET_ENV.registry]: FLEET_TABLES.registry,
        [FLEET_ENV.intake]: functionArn(stack, FLEET_FUNCTIONS.intake),
        [FLEET_ENV.lastSlot]: new CfnParameter(stack, 'TakeLastSubscription', LAST_SLOT).valueAsString,
      },
      statements: triggersRights(stack),
      timeout: Duration.minutes(5),
      memorySize: 512,
      maxEventAge: Duration.minutes(30),
      retryAttempts: 1,
    });
    acknowledgeResource(
      role,
      databaseLogs(stack),
      'Databases join by a tag: their log groups are not known here.',
    );
  }

  /** Old lines are about a moment that has passed: the next sweep looks. */
  private intake(bundleAt: (path: string) => string): void {
    const stack = Stack.of(this);
    const { function: intake, role } = fleetFunction(this, 'Intake', {
      functionName: FLEET_FUNCTIONS.intake,
      description: 'pg-headroom: starts a run when the log of a database says that a client was refused',
      bundle: bundleAt(FLEET_BUNDLES.intake),
      environment: {
        [FLEET_ENV.registry]: FLEET_TABLES.registry,
        [FLEET_ENV.claims]: FLEET_TABLES.claims,
      },
      statements: intakeRights(stack),
      timeout: Duration.seconds(15),
      memorySize: 512,
      maxEventAge: Duration.seconds(60),
      retryAttempts: 0,
    });
    acknowledgeResource(role, functionArn(stack, fleetRemediateName('vpc-*')), NETWORKS);
    // One statement for all log groups: a function's policy has no room for one each. Lambda compares it by StringLike.
    intake.addPermission('FromLogs', {
      principal: new iam.ServicePrincipal('logs.amazonaws.com'),
      sourceArn: `${databaseLogs(stack)}:*`,
      sourceAccount: stack.account,
    });
  }
}

const NO_NARROWER =
  'RDS allows no narrower resource for the lists of databases, and CloudWatch none for counts.';

const NETWORKS =
  'The networks of an account come later, by templates of their own: each has one function of this name.';

const LAST_SLOT = {
  description:
    'Whether the last of the two subscriptions of a log group may be taken, which others may want.',
  default: 'false',
  allowedValues: ['true', 'false'],
};

const OWNER_TAG = {
  description: 'The tag of a database with the value that messages name as its owner.',
  default: 'team',
  allowedPattern: '^[A-Za-z0-9 _.:/=+@-]{1,128}$',
};

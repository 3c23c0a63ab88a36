import { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { functionNameOf } from '../../functions/contract.ts';
import { acknowledgeResource } from './acknowledge.ts';

/** The attributes of an item that the switch writes. The memory itself is not among them. */
const SWITCH_ATTRIBUTES = ['server', 'pause', 'version'];

interface OperatorsPolicyProps {
  readonly memory: dynamodb.ITable;
  readonly report: lambda.IFunction;
}

/** Attach it to the roles of people who may pause and resume runs: `headroom pause`, or the same from CloudShell, and send a
 * test message. */
export class OperatorsPolicy extends Construct {
  readonly policy: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, { memory, report }: OperatorsPolicyProps) {
    super(scope, id);
    const functions = Stack.of(this).formatArn({
      service: 'lambda',
      resource: `function:${functionNameOf('*')}`,
    });
    this.policy = new iam.ManagedPolicy(this, 'Policy', {
      description: 'Allows pausing and resuming the runs of pg-headroom, and reading what is remembered.',
      statements: [
        new iam.PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [memory.tableArn] }),
        new iam.PolicyStatement({
          actions: ['dynamodb:UpdateItem'],
          resources: [memory.tableArn],
          conditions: {
            'ForAllValues:StringEquals': { 'dynamodb:Attributes': SWITCH_ATTRIBUTES },
            StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
          },
        }),
        new iam.PolicyStatement({
          actions: ['lambda:GetFunctionConfiguration', 'lambda:GetFunctionEventInvokeConfig'],
          resources: [functions],
        }),
        // For `headroom test-message`, and to find the bucket of records.
        new iam.PolicyStatement({
          actions: [
            'lambda:InvokeFunction',
            'lambda:GetFunctionConfiguration',
            'lambda:GetFunctionEventInvokeConfig',
          ],
          resources: [report.functionArn],
        }),
      ],
    });
    acknowledgeResource(
      this.policy,
      functions,
      'The names of servers are not known here. The right shows the settings of our functions and changes nothing.',
    );
  }
}

import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * Sends a function's result to another function. The library's `LambdaDestination` would also grant `<arn>:*`, every
 * version and alias of the target. This one grants only the function that it delivers to.
 */
export class FunctionDestination implements lambda.IDestination {
  private readonly target: lambda.IFunction;

  constructor(target: lambda.IFunction) {
    this.target = target;
  }

  bind(_scope: Construct, source: lambda.IFunction): lambda.DestinationConfig {
    // Lambda refuses a destination that the role may not invoke yet. The role's default policy exists in time: the
    // function waits for that policy, and the event configuration waits for the function.
    source.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [this.target.functionArn],
      }),
    );
    return { destination: this.target.functionArn };
  }
}

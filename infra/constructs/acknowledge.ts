import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Tells cdk-nag why a permission is as wide as it is, for everything beneath a construct. Only this one wildcard is
 * acknowledged, by its name; a wildcard that is added later is reported.
 */

export function acknowledgeAction(on: IConstruct, action: string, reason: string): void {
  acknowledge(on, `Action::${action}`, reason);
}

export function acknowledgeResource(on: IConstruct, arn: string, reason: string): void {
  acknowledge(on, `Resource::${named(Stack.of(on).resolve(arn))}`, reason);
}

function acknowledge(on: IConstruct, wildcard: string, reason: string): void {
  Validations.of(on).acknowledge({ id: `AwsSolutions-IAM5[${wildcard}]`, reason });
}

/** An ARN as cdk-nag writes it: parts that are known only at deployment are names in angle brackets. */
function named(arn: unknown): string {
  if (typeof arn === 'string') return arn;
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, Ref } = arn as Intrinsic;
  if (join !== undefined) return join[1].map(named).join(join[0]);
  return attribute === undefined ? `<${Ref}>` : `<${attribute.join('.')}>`;
}

type Intrinsic = {
  readonly 'Fn::Join'?: readonly [delimiter: string, parts: readonly unknown[]];
  readonly 'Fn::GetAtt'?: readonly [resource: string, attribute: string];
  readonly Ref?: string;
};

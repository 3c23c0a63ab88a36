import { Aws, CfnCondition, CfnParameter, Fn, type Stack } from 'aws-cdk-lib';

/**
 * The parameter that names the organisation's code buckets, one a region: this text and `-REGION`. Lambda reads code only
 * from a bucket of its own region, and a StackSet gives the same parameters in every region.
 */
export const CODE_BUCKET = 'CodeBucket';

/** The bucket with the code in the region of a stack. */
export function codeBucket(stack: Stack): string {
  const known = stack.node.tryFindChild(CODE_BUCKET);
  const prefix =
    known instanceof CfnParameter
      ? known
      : new CfnParameter(stack, CODE_BUCKET, {
          description: 'The buckets with the code are named by this and -REGION.',
          allowedPattern: BUCKET_PREFIX,
          ...defaultOf(stack.node.tryGetContext(CODE_BUCKET)),
        });
  return `${prefix.valueAsString}-${Aws.REGION}`;
}

const BUCKET_PREFIX = '^[a-z0-9][a-z0-9.-]{1,45}$';

function defaultOf(given: unknown): { readonly default?: string } {
  return typeof given === 'string' ? { default: given } : {};
}

/** A parameter that may be left empty, and whether it is not. */
export interface OptionalParameter {
  readonly text: string;
  readonly isGiven: CfnCondition;
  /** The text, or nothing at all: for a property that must be absent then. */
  readonly orNothing: string;
}

export function optionalParameter(stack: Stack, id: string, description: string): OptionalParameter {
  const text = new CfnParameter(stack, id, { description, default: '' }).valueAsString;
  const isGiven = new CfnCondition(stack, `Has${id}`, {
    expression: Fn.conditionNot(Fn.conditionEquals(text, '')),
  });
  return { text, isGiven, orNothing: Fn.conditionIf(isGiven.logicalId, text, Aws.NO_VALUE).toString() };
}

import { ArnFormat, type Stack } from 'aws-cdk-lib';

/** ARNs of what the other template of a cell makes. Names are fixed, so that no template imports from another one. */

export function tableArn(stack: Stack, name: string): string {
  return stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: name });
}

export function functionArn(stack: Stack, name: string): string {
  return stack.formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

export function roleArn(stack: Stack, name: string): string {
  return stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: name });
}

/** A parameter, and with it all below its path. */
export function parameterArns(stack: Stack, path: string): readonly string[] {
  const arn = stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: path.slice(1) });
  return [arn, `${arn}/*`];
}

import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Allows decryption with a customer's key, but only through this one service of the region. */
export function decryptVia(
  scope: Construct,
  key: kms.IKey,
  service: 'secretsmanager' | 'dynamodb',
  context: Readonly<Record<string, string>> = {},
): iam.PolicyStatement {
  const { region, urlSuffix } = Stack.of(scope);
  return new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${region}.${urlSuffix}`, ...context } },
  });
}

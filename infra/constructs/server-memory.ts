import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { decryptVia } from './grant.ts';

/** Allows reading this server's two items only: its memory, and its counts. */
export function memoryStatements(
  scope: Construct,
  server: string,
  table: dynamodb.ITable,
): readonly iam.PolicyStatement[] {
  const { tableArn, encryptionKey } = table;
  const readOwn = new iam.PolicyStatement({
    actions: ['dynamodb:GetItem'],
    resources: [tableArn],
    conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [server, `${server}/counts`] } },
  });
  return [readOwn, ...(encryptionKey === undefined ? [] : [decryptVia(scope, encryptionKey, 'dynamodb')])];
}

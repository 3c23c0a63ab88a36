import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { REMEDIATE_ENV } from '../../functions/contract.ts';
import { decryptVia, type Grant } from './grant.ts';

/** Reading one server's own item, and nobody else's. */
export function grantMemory(scope: Construct, server: string, table: dynamodb.ITable): Grant {
  const { tableArn, tableName, encryptionKey } = table;
  const readOwn = new iam.PolicyStatement({
    actions: ['dynamodb:GetItem'],
    resources: [tableArn],
    conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [server] } },
  });
  return {
    environment: { [REMEDIATE_ENV.table]: tableName },
    statements: [
      readOwn,
      ...(encryptionKey === undefined ? [] : [decryptVia(scope, encryptionKey, 'dynamodb')]),
    ],
  };
}

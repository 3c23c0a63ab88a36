import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { PoolerDeclaration } from '../../functions/core/declaration/pooler-declaration.ts';
import { decryptVia } from './grant.ts';

/** How our role proves who it is: by a secret, or by IAM as a user of one resource. */
export interface ServerLogin {
  /**
   * User name and password of our role; imported by its complete ARN, with its key if it has one of its own.
   *
   * @default - none: user and resourceId are given
   */
  readonly secret?: secretsmanager.ISecret;
  /**
   * Our role's name, for IAM authentication in place of a secret; to be granted rds_iam.
   *
   * @default - none: a secret is given
   */
  readonly user?: string;
  /**
   * The instance's resource id (db-...), or an Aurora cluster's (cluster-...), which is not its name.
   *
   * @default - none: a secret is given
   */
  readonly resourceId?: string;
}

/** What a login needs. That it is one login, complete and without wildcards, was checked before. */
export function loginStatements(
  scope: Construct,
  { secret, user = '', resourceId = '' }: ServerLogin,
): readonly iam.PolicyStatement[] {
  return secret === undefined ? byIam(scope, user, resourceId) : bySecret(scope, secret);
}

/** Only what the code calls: the library's `grantRead` adds DescribeSecret, and all that the key can decrypt. */
function bySecret(
  scope: Construct,
  { secretFullArn = '', encryptionKey }: secretsmanager.ISecret,
): readonly iam.PolicyStatement[] {
  const read = new iam.PolicyStatement({
    actions: ['secretsmanager:GetSecretValue'],
    resources: [secretFullArn],
  });
  // The context is what Secrets Manager encrypts with: a key that several secrets share opens only this one.
  const context = { 'kms:EncryptionContext:SecretARN': secretFullArn };
  return [
    read,
    ...(encryptionKey === undefined ? [] : [decryptVia(scope, encryptionKey, 'secretsmanager', context)]),
  ];
}

/** A pooler's own secret; one that the server has in common with it is granted with the server's login. */
export function poolerStatements(pooler: PoolerDeclaration | undefined): readonly iam.PolicyStatement[] {
  if (pooler?.secretArn === undefined) return [];
  const { secretArn } = pooler;
  return [new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] })];
}

function byIam(scope: Construct, user: string, resourceId: string): readonly iam.PolicyStatement[] {
  const databaseUser = Stack.of(scope).formatArn({
    service: 'rds-db',
    resource: 'dbuser',
    resourceName: `${resourceId}/${user}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [new iam.PolicyStatement({ actions: ['rds-db:connect'], resources: [databaseUser] })];
}

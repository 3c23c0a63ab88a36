import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { PoolerDeclaration } from '../../functions/core/declaration/pooler-declaration.ts';
import { decryptVia } from './grant.ts';

/** How our role logs in: with a secret, or by IAM as a user of one resource. */
export interface ServerLogin {
  /**
   * User name and password of our role. Import the secret by its complete ARN, and with its key if it has one of its own.
   *
   * @default - none: user and resourceId are given
   */
  readonly secret?: secretsmanager.ISecret;
  /**
   * Our role's name for IAM authentication in place of a secret. Grant it rds_iam.
   *
   * @default - none: a secret is given
   */
  readonly user?: string;
  /**
   * The resource id of the instance (db-...) or of an Aurora cluster (cluster-...). It is not the name.
   *
   * @default - none: a secret is given
   */
  readonly resourceId?: string;
}

/**
 * The rights that a login needs. Checks before this have made sure that there is exactly one complete login without
 * wildcards.
 */
export function loginStatements(
  scope: Construct,
  { secret, user = '', resourceId = '' }: ServerLogin,
): readonly iam.PolicyStatement[] {
  return secret === undefined ? byIam(scope, user, resourceId) : bySecret(scope, secret);
}

/**
 * Only the calls of the code: the library's `grantRead` would add DescribeSecret, and everything that the key can decrypt.
 */
export function bySecret(
  scope: Construct,
  { secretArn, secretFullArn = secretArn, encryptionKey }: secretsmanager.ISecret,
): readonly iam.PolicyStatement[] {
  const read = new iam.PolicyStatement({
    actions: ['secretsmanager:GetSecretValue'],
    resources: [secretFullArn],
  });
  // Secrets Manager encrypts with this context. If several secrets share a key, it decrypts only this one.
  const context = { 'kms:EncryptionContext:SecretARN': secretFullArn };
  return [
    read,
    ...(encryptionKey === undefined ? [] : [decryptVia(scope, encryptionKey, 'secretsmanager', context)]),
  ];
}

/**
 * The rights for a pooler's own secret. A secret that the pooler shares with the server is granted with the server's login.
 */
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

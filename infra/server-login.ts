import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { REMEDIATE_ENV } from '../functions/contract.ts';
import { RemediationError } from '../functions/core/errors.ts';

/** How our role proves who it is: by a secret, or by IAM as a user of one resource. */
export interface ServerLogin {
  /**
   * User name and password of our role; imported by its complete ARN.
   *
   * @default - none: iamUser and resourceId are given
   */
  readonly secret?: secretsmanager.ISecret;
  /**
   * Our role's name, for IAM authentication in place of a secret; to be granted rds_iam.
   *
   * @default - none: a secret is given
   */
  readonly iamUser?: string;
  /**
   * The instance's resource id (db-...), or an Aurora cluster's (cluster-...), which is not its name.
   *
   * @default - none: a secret is given
   */
  readonly resourceId?: string;
}

/** What a login needs: variables of the function, and the one thing that its role may do for it. */
export type LoginGrant = {
  readonly environment: Readonly<Record<string, string>>;
  readonly statement: iam.PolicyStatement;
};

/**
 * @throws RemediationError `config-invalid` for both logins, none, a user whose token would travel in the clear, or one
 * that would be allowed more than itself.
 */
export function grantLogin(
  scope: Construct,
  { secret, iamUser, resourceId, tls }: ServerLogin & { readonly tls?: 'verify' | 'off' },
): LoginGrant {
  if (secret !== undefined && iamUser === undefined && resourceId === undefined) return bySecret(secret);
  if (secret === undefined && iamUser !== undefined && resourceId !== undefined && tls !== 'off')
    return byIam(scope, iamUser, resourceId);
  const given = Object.entries({ secret, iamUser, resourceId, tls }).flatMap(([name, value]) =>
    value === undefined ? [] : [name === 'tls' ? `tls "${value}"` : name],
  );
  const message = `The server's login is not clear: found ${given.join(' and ') || 'nothing'}, allowed is either a secret, or iamUser and resourceId with tls "verify". Give one of the two.`;
  throw new RemediationError('config-invalid', message);
}

/** Only what the code calls: the library's `grantRead` adds DescribeSecret. */
function bySecret(secret: secretsmanager.ISecret): LoginGrant {
  const { secretFullArn, secretArn } = secret;
  if (secretFullArn === undefined) {
    const message = `The secret's ARN is not complete: found ${secretArn}, allowed is an ARN with the six characters that AWS puts at its end. Import the secret with Secret.fromSecretCompleteArn.`;
    throw new RemediationError('config-invalid', message);
  }
  return {
    environment: { [REMEDIATE_ENV.secret]: secretFullArn },
    statement: new iam.PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secretFullArn],
    }),
  };
}

function byIam(scope: Construct, user: string, resourceId: string): LoginGrant {
  for (const [name, value] of Object.entries({ iamUser: user, resourceId })) {
    // In a policy these stand for any text, and for variables.
    if (Token.isUnresolved(value) || !/[*?$/]/.test(value)) continue;
    const message = `The ${name} does not name one user of one resource: found ${value}, allowed is a name without *, ?, $ and /. Give our role a plain name.`;
    throw new RemediationError('config-invalid', message);
  }
  const databaseUser = Stack.of(scope).formatArn({
    service: 'rds-db',
    resource: 'dbuser',
    resourceName: `${resourceId}/${user}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return {
    environment: { [REMEDIATE_ENV.user]: user },
    statement: new iam.PolicyStatement({ actions: ['rds-db:connect'], resources: [databaseUser] }),
  };
}

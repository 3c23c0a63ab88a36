import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { omitUndefined } from '../constructs/omit-undefined.ts';

/** A secret by its complete ARN, with its key where it has one of its own. */
export function importedSecret(
  scope: Construct,
  id: string,
  secretCompleteArn: string,
  keyArn: string | undefined,
): secretsmanager.ISecret {
  const encryptionKey = keyArn === undefined ? undefined : kms.Key.fromKeyArn(scope, `${id}Key`, keyArn);
  return secretsmanager.Secret.fromSecretAttributes(scope, id, {
    secretCompleteArn,
    ...omitUndefined({ encryptionKey }),
  });
}

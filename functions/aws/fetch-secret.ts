import { RemediationError } from '../core/base/errors.ts';
import { sdkFailureText } from './sdk-failure.ts';

/**
 * All tries for one secret together may take this long, also on a seventh of a core, which a function of 256 MB has. The
 * deadline for connecting counts from the start of the run.
 */
const SECRET_TIMEOUT_MS = 5_000;
/** Tries within that time. The client waits between them. */
const MAX_ATTEMPTS = 3;

/** The version of a secret to read. */
type SecretStage = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

/**
 * Null when the secret has no such stage: nothing is pending outside a rotation, and nothing is previous before the first.
 */
export async function fetchSecret(
  secret: string,
  stage: SecretStage,
): Promise<{ readonly text: unknown } | null> {
  const { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } = await import(
    './secrets-manager.ts'
  );
  const client = new SecretsManagerClient({ maxAttempts: MAX_ATTEMPTS, ...regionIn(secret) });
  const command = new GetSecretValueCommand({ SecretId: secret, VersionStage: stage });
  try {
    const { SecretString } = await client.send(command, {
      abortSignal: AbortSignal.timeout(SECRET_TIMEOUT_MS),
    });
    return { text: SecretString };
  } catch (thrown) {
    if (stage !== 'AWSCURRENT' && thrown instanceof ResourceNotFoundException) return null;
    throw unreadable(secret, sdkFailureText(thrown, SECRET_TIMEOUT_MS));
  } finally {
    client.destroy();
  }
}

/** An ARN names its region. A name is looked up in the region of the environment. */
function regionIn(secret: string): { readonly region?: string } {
  const region = /^arn:[^:]*:secretsmanager:([^:]+):/.exec(secret)?.[1];
  return region === undefined ? {} : { region };
}

function unreadable(secret: string, found: string): RemediationError {
  const message = `The secret ${secret} cannot be read (${found}): check that it exists, that the function's role may read it, and that its subnet reaches Secrets Manager.`;
  return new RemediationError('secret-unreadable', message);
}

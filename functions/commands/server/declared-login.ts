import { coerceError, RemediationError } from '../../core/base/errors.ts';
import type { Credentials } from '../../postgres/connection/target.ts';
import type { DeclaredServer } from './declared-server.ts';

/**
 * The login that the function uses, by your own AWS credentials. Each client is loaded only where it is used.
 * @throws RemediationError `secret-unreadable`, `secret-malformed`.
 */
export async function declaredLogin({ declaration, region }: DeclaredServer): Promise<Credentials | null> {
  const { host, port, secretArn, user } = declaration;
  try {
    if (user !== undefined) {
      const { personToken } = await import('../../aws/person-token.ts');
      return { user, password: await personToken({ host, port, user, region }), isToken: true };
    }
    if (secretArn === undefined) return null;
    const { secretCredentials } = await import('../../aws/credentials.ts');
    return await secretCredentials(secretArn, { host })(0);
  } catch (thrown) {
    const { code, message } = coerceError(thrown);
    const next = 'Here your own AWS credentials are used. With PGUSER set, you log in as a role of your own.';
    throw new RemediationError(code, `${message}\n${next}`, { cause: thrown });
  }
}

import { readFileSync } from 'node:fs';
import { coerceError, invalid, RemediationError } from '../../functions/core/base/errors.ts';
import { repeatedKeys } from '../../functions/core/declaration/repeated-keys.ts';

const FILE = 'cdk.json';

/**
 * The context in the cdk.json of this folder. The CDK command hands an app the context only, in which a key that the file has
 * twice is there once.
 * @throws RemediationError `config-invalid` for a file that is not there or no JSON, and for keys of ours that it has twice.
 */
export function contextInCdkJson(): Readonly<Record<string, unknown>> {
  const text = textOf(FILE);
  const { context = {} } = parsed(text);
  const twice = repeatedKeys(text);
  if (twice.length > 0) throw invalid('config-invalid', `The declaration in ${FILE}`, twice);
  return context;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    const message = `${file} cannot be read (${coerceError(thrown).message}): run this in the folder with the ${file} that declares the servers.`;
    throw new RemediationError('config-invalid', message);
  }
}

function parsed(text: string): { readonly context?: Readonly<Record<string, unknown>> } {
  try {
    return JSON.parse(text) ?? {};
  } catch (thrown) {
    const message = `${FILE} is not JSON (${coerceError(thrown).message}): correct it.`;
    throw new RemediationError('config-invalid', message);
  }
}

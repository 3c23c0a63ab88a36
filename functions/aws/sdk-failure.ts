import { coerceError, quoted } from '../core/base/errors.ts';
import { missingProfile } from './missing-profile.ts';

const NO_CREDENTIALS: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError']);

/**
 * The text of an AWS client's error in our messages: its name, which is AWS's own code, and its message. `withinMs` is the
 * time after which the call is aborted, if it ever is.
 */
export function sdkFailureText(thrown: unknown, withinMs?: number): string {
  const { name } = thrown instanceof Error ? thrown : { name: 'Error' };
  if (name === 'AbortError' && withinMs !== undefined)
    return `no answer in ${withinMs < 1_000 ? `${withinMs} ms` : `${withinMs / 1_000} s`}`;
  // A client quotes the text that it could not parse. That may be a part of a secret.
  if (thrown instanceof SyntaxError) return 'an answer that is not JSON or XML';
  const { message } = coerceError(thrown);
  if (NO_CREDENTIALS.has(name)) {
    const missing = missingProfile();
    if (missing !== null) return missing;
    return `no AWS credentials were found, ${message.trim().replace(/\.$/, '')}: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \`aws sso login\``;
  }
  const { AWS_PROFILE: profile } = process.env;
  // So the SDK fails on a section that a profile names and the file lacks, and not only then. No function has a profile.
  if (thrown instanceof TypeError && profile)
    return `TypeError: ${message}: check that the file of the profile ${quoted(profile)} has its section, and those that it names`;
  return name === 'Error' || message.startsWith(name) ? message : `${name}: ${message}`;
}

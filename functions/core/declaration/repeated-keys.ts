import { duplicateKeys } from '../base/duplicate-keys.ts';
import type { Finding } from '../base/errors.ts';

/** What of a cdk.json is ours. Other tools may do with theirs what they like. */
const OURS = /^context(?:$|\.(?:servers|reporting|stages)(?![\w$-]))/;

/**
 * Keys that are there twice in the servers, the reporting or the stages of a cdk.json. The last one would count without a
 * word: a policy with `observe`, and with `enforce` some lines below, would end sessions.
 */
export function repeatedKeys(cdkJson: string): readonly Finding[] {
  return duplicateKeys(cdkJson)
    .filter((path) => OURS.test(path))
    .map((path) => ({
      path: path.replace(/^context\./, ''),
      found: 'this key twice',
      allowed: 'it once',
    }));
}

import { LOCAL_ADDRESS } from '../../core/base/address.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import { isNamedAsPooler } from '../../core/server/pooler-names.ts';
import type { Session } from '../../core/server/session.ts';
import { listText } from '../base/phrases.ts';

/**
 * How many of the ended sessions belong to a pooler by their name, and which key of the policy would spare
 * them.
 */
export function namedPoolerTexts(ending: readonly Session[], hypothetical: boolean): readonly string[] {
  const theirs = ending.filter(isNamedAsPooler);
  if (theirs.length === 0) return [];
  const distinct = (nameOf: (session: Session) => string) =>
    listText([...new Set(theirs.map(nameOf))].map((name) => cleanName(name)));
  const names = distinct(({ application, user }) => application || (user ?? ''));
  const addresses = distinct(({ address }) => (address === LOCAL_ADDRESS ? 'local' : address || '(none)'));
  const have = theirs.length === 1 ? 'has' : 'have';
  const done = hypothetical ? 'would be ended' : 'were ended';
  return [
    `${theirs.length} of these ${have} the name of a pooler (${names}) and ${done} last in their step. A name does not protect a session. To protect the pooler, add its addresses to protect.poolers in the policy (${addresses}).`,
  ];
}

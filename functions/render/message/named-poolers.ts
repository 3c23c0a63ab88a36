import { LOCAL_ADDRESS } from '../../core/base/address.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import { isNamedAsPooler } from '../../core/server/pooler-names.ts';
import type { Session } from '../../core/server/session.ts';
import { counted, listText } from '../base/phrases.ts';

/** How many of the sessions that end are a pooler's by their name, and which key of the policy spares them. */
export function namedPoolerTexts(ending: readonly Session[], hypothetical: boolean): readonly string[] {
  const theirs = ending.filter(isNamedAsPooler);
  if (theirs.length === 0) return [];
  const distinct = (nameOf: (session: Session) => string) =>
    listText([...new Set(theirs.map(nameOf))].map((name) => cleanName(name)));
  const names = distinct(({ application, user }) => application || (user ?? ''));
  const addresses = distinct(({ address }) => (address === LOCAL_ADDRESS ? 'local' : address || '(none)'));
  const [are, went] = [theirs.length === 1 ? 'is' : 'are', hypothetical ? 'would go' : 'went'];
  return [
    `${counted(theirs.length, 'session')} of these ${are} a pooler's by name (${names}), and ${went} last in their rung. A name spares nothing: to spare them, put their addresses into protect.poolers of the policy (${addresses}).`,
  ];
}

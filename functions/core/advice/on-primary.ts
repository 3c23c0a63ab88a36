import { cleanName } from '../base/clean-text.ts';
import { listText } from '../base/words.ts';
import { type Advice, forOperator } from './advice.ts';

/** Advice on a role's setting, given on a read replica. */
export function settingOnPrimary(roles: readonly string[], setting: string, why: string): Advice {
  const names = listText(roles.map((role) => cleanName(role)));
  const owner = `${roles.length === 1 ? 'role' : 'roles'} ${names}`;
  return forOperator(
    `${why} with ${setting} for ${owner}. Set it on the primary: it then applies to new sessions there and on all of its replicas, so choose a value that suits all of them.`,
  );
}

/** Advice on the limit of a role or database, given on a read replica. */
export function limitOnPrimary(found: string, owner: string): Advice {
  return forOperator(
    `${found} This is a read replica: set the CONNECTION LIMIT of ${owner} on the primary. The primary and each replica then allow this many sessions each, so choose a value that suits all of them.`,
  );
}

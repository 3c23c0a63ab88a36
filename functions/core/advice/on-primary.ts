import { cleanName } from '../base/clean-text.ts';
import { listText } from '../base/words.ts';
import { type Advice, forOperator } from './advice.ts';

/** For a role's setting, as advised on a read replica. */
export function settingOnPrimary(roles: readonly string[], setting: string, why: string): Advice {
  const names = listText(roles.map((role) => cleanName(role)));
  const whose = `${roles.length === 1 ? 'role' : 'roles'} ${names}`;
  return forOperator(
    `${why}: ${setting} for ${whose} does that. It is set on the primary and then holds there and on each of its replicas, for new sessions: choose it by what the role does on all of them.`,
  );
}

/** For the limit of a role or a database, as advised on a read replica. */
export function limitOnPrimary(found: string, whose: string): Advice {
  return forOperator(
    `${found} This is a read replica: the CONNECTION LIMIT of ${whose} is set on the primary, and each server of it then allows so many sessions of its own. Choose it there, by what is held on all of them.`,
  );
}

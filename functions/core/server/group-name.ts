import { cleanName } from '../base/clean-text.ts';
import { ANY_NAME } from './program-stem.ts';
import type { Group } from './session.ts';

/** A program in a sentence: its application, or the role of those that set none or a different one each. */
export function groupName({ application, user }: Group, max?: number): string {
  if (application === ANY_NAME)
    return user === ANY_NAME ? 'many names' : `role ${cleanName(user, max)} under many names`;
  return application === '' ? `role ${cleanName(user, max)}` : cleanName(application, max);
}

import { cleanName } from '../base/clean-text.ts';
import { ANY_NAME } from './program-stem.ts';
import type { Group } from './session.ts';

/** The server does not know their names yet. */
export const LOGGING_IN = 'clients that are logging in';

/**
 * The name of a program in a sentence: its application name, or its role when its sessions set no name or
 * different ones.
 */
export function groupName({ application, user }: Group, max?: number): string {
  if (application === ANY_NAME)
    return user === ANY_NAME ? 'many names' : `role ${cleanName(user, max)} under many names`;
  if (application === '' && user === '') return LOGGING_IN;
  return application === '' ? `role ${cleanName(user, max)}` : cleanName(application, max);
}

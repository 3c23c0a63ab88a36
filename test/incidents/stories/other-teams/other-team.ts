import type { Story } from '../../story.ts';
import { slowStory } from '../slow/slow-story.ts';

/** A story whose cause was fixed before any diagnosis of it was seen, by somebody who had not read the rules' code. */
export function otherTeam(fields: Parameters<typeof slowStory>[0]): Story {
  return { ...slowStory(fields), isHeldOut: true };
}

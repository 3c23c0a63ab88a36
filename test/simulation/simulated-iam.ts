import { FLEET_ROLES } from '../../functions/contract.ts';
import { type SimulatedDatabase, stateAt } from './simulated-estate.ts';

/** The tags with which IAM lets each database role in, as the statements of the login role say. */
const TAGS: Readonly<Record<string, readonly string[]>> = {
  [FLEET_ROLES.signals]: ['enforce'],
  [FLEET_ROLES.observes]: ['observe', 'enforce'],
};

/** Whether IAM lets a role in, by the tag that it sees. */
export function tagAllows(role: string, tag: string | null): boolean {
  return tag !== null && TAGS[role]?.includes(tag) === true;
}

/** The same by what the database was at a moment. A database that is younger has its first tag. */
export function iamAllows(database: SimulatedDatabase, role: string, moment: number): boolean {
  const state = stateAt(database, moment) ?? database.history[0];
  return tagAllows(role, state?.tag ?? null);
}

import { cleanName } from '../../core/base/clean-text.ts';
import type { ServerFacts } from '../../core/server/snapshot.ts';
import { counted } from './phrases.ts';

/** `PostgreSQL 18.4`, `GaussDB 8.1.3`. */
export function productText({ flavor, version }: ServerFacts): string {
  return flavor === 'gaussdb' ? cleanName(version) : `PostgreSQL ${cleanName(version)}`;
}

/**
 * How the sessions of a distributed server are spread over its coordinators, and which of them cannot be
 * ended from here. Null with fewer than two coordinators.
 */
export function coordinatorsText({ coordinators = [] }: ServerFacts): string | null {
  if (coordinators.length < 2) return null;
  const texts = coordinators.map(({ name, isOurs, sessions, idle }) => {
    const which = isOurs ? ' (this one)' : '';
    return `${cleanName(name)}${which} ${counted(sessions, 'session')}, ${idle} idle`;
  });
  return `Coordinators: ${texts.join('; ')}. Each has slots of its own; from here only this one's are counted, and only its sessions can be ended.`;
}

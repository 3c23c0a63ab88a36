import type { Group } from '../../../functions/core/server/session.ts';

/** From 16 on. */
export const DEFAULT_RESERVES = { superuser_reserved_connections: 3, reserved_connections: 3 } as const;

/** A group in the maintenance database, where most stories play. */
export function group(application: string, user: string, database = 'postgres'): Group {
  return { application, user, database };
}

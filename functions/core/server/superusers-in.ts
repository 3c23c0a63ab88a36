import type { Session } from './session.ts';

/** Whether at least half of these sessions belong to a superuser, so that no run and no policy can end them. */
export function superusersIn(sessions: readonly Session[]): boolean {
  const count = sessions.filter(({ superuser }) => superuser === true).length;
  return count > 0 && count * 2 >= sessions.length;
}

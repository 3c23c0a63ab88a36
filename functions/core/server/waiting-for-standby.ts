import type { Session } from './session.ts';

/** The sessions whose COMMIT waits for a synchronous standby. Empty when most of those at work do something else. */
export function waitingForStandby(sessions: readonly Session[]): readonly Session[] {
  const active = sessions.filter(({ state }) => state === 'active');
  const waiting = active.filter(({ waitEvent }) => waitEvent === 'SyncRep');
  return waiting.length * 2 > active.length ? waiting : [];
}

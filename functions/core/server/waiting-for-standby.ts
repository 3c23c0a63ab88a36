import type { Session } from './session.ts';

/** The sessions whose COMMIT waits for a synchronous standby. Empty when most of those at work do something else. */
export function waitingForStandby(sessions: readonly Session[]): readonly Session[] {
  return mostWaiting(sessions, ({ waitEvent }) => waitEvent === 'SyncRep');
}

/** The wait events of WAIT FOR LSN, which a client gives to a standby to read what it wrote on the primary (19). */
const WAL_WAITS: ReadonlySet<string | null> = new Set([
  'WaitForWalReplay',
  'WaitForWalWrite',
  'WaitForWalFlush',
]);

/** Whether the session waits in WAIT FOR LSN. It does no work, and is active for as long as the WAL is late. */
export function isWaitingForWal({ state, waitEvent }: Session): boolean {
  return state === 'active' && WAL_WAITS.has(waitEvent);
}

/** The sessions in WAIT FOR LSN. Empty when most of those at work do something else. */
export function waitingForWal(sessions: readonly Session[]): readonly Session[] {
  return mostWaiting(sessions, isWaitingForWal);
}

/** Whether most of those at work wait for replication. A timeout of statements would then mend nothing. */
export function isWaitingForReplication(sessions: readonly Session[]): boolean {
  return waitingForStandby(sessions).length > 0 || waitingForWal(sessions).length > 0;
}

function mostWaiting(
  sessions: readonly Session[],
  isWaiting: (session: Session) => boolean,
): readonly Session[] {
  const active = sessions.filter(({ state }) => state === 'active');
  const waiting = active.filter(isWaiting);
  return waiting.length * 2 > active.length ? waiting : [];
}

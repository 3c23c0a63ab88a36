import type { ReadyLogin } from './hold-proof.ts';
import type { QueueRow } from './occupy-queue.ts';

/** The logins of one run that have a slot and could send their proof. */
export type ProofTurns = {
  /** From now on logins wait for a quiet moment, `forMs` at most. */
  readonly begin: (forMs: number) => void;
  /** Takes a login that could prove now. True means that it waits. */
  readonly add: (login: ReadyLogin) => boolean;
  /** The login has ended. */
  readonly remove: (login: ReadyLogin) => void;
  /** Gives all waiting logins up. Later logins do not wait. */
  readonly end: () => void;
};

/**
 * At the end of its login the server refuses a role, unless as many slots are free as are reserved for superusers. In a
 * storm each refused client has a slot during its own login, so that many are rarely free at once. Therefore a login of
 * ours that has a slot waits with its proof until a row of ours has occupied the server's queue for some milliseconds. The
 * clients that are logging in are refused meanwhile and free their slots, and no others take them. One login proves at a
 * time, and gives the slots of those that wait beside it back before.
 */
export function proveInTurn(occupyQueue: (address: string | null) => QueueRow): ProofTurns {
  const waiting = new Set<ReadyLogin>();
  const turns = oneAtATime(waiting, occupyQueue);
  let timer: NodeJS.Timeout | null = null;
  const stop = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    begin: (forMs) => {
      timer ??= setTimeout(() => {
        stop();
        for (const login of takeOthers(waiting, null)) login.prove();
      }, forMs);
    },
    add: (login) => {
      if (timer === null) {
        login.prove();
        return false;
      }
      waiting.add(login);
      void turns.next();
      return true;
    },
    remove: (login) => {
      waiting.delete(login);
      turns.remove(login);
    },
    end: () => {
      stop();
      for (const login of takeOthers(waiting, null)) login.giveUp();
    },
  };
}

function oneAtATime(waiting: Set<ReadyLogin>, occupyQueue: (address: string | null) => QueueRow) {
  let proving: ReadyLogin | null = null;
  const next = async () => {
    const [login] = waiting;
    if (proving !== null || login === undefined) return;
    proving = login;
    const row = occupyQueue(login.address);
    await row.begun;
    // It may have ended meanwhile, and another one may wait for a row of its own.
    if (proving !== login) return;
    for (const other of takeOthers(waiting, login)) other.giveUp();
    await row.mostServed;
    if (waiting.delete(login)) login.prove();
  };
  const remove = (login: ReadyLogin) => {
    if (login !== proving) return;
    proving = null;
    void next();
  };
  return { next, remove };
}

/** Takes all logins out but the kept one. */
function takeOthers(waiting: Set<ReadyLogin>, kept: ReadyLogin | null): readonly ReadyLogin[] {
  const others = [...waiting].filter((login) => login !== kept);
  for (const login of others) waiting.delete(login);
  return others;
}

import { RemediationError } from '../../functions/core/base/errors.ts';
import type { LockHolder } from '../../functions/core/run/lock-sight.ts';
import type { GuardResult } from '../../functions/core/run/record.ts';
import type { Session } from '../../functions/core/server/session.ts';
import type { KnownSlots } from '../../functions/postgres/connection/known-slots.ts';
import type { Database } from '../../functions/remediate/ports.ts';
import { aSession, aSnapshot, someSlots } from '../support/builders.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What is wrong with a server. */
export type Trouble =
  | 'none'
  /** Nothing answers. */
  | 'hangs-at-connect'
  | 'hangs-at-login'
  | 'hangs-in-statements'
  /** The machine refuses the connection at once. */
  | 'refuses';

/** Sessions that a program opens and forgets, one in each interval, as long as there are slots. */
export type Leak = { readonly everyMs: number };

/** One PostgreSQL server, as far as a run sees it. Its sessions are made when somebody looks. */
export type SimulatedServer = {
  /** Another size comes with a restart. */
  usable: number;
  /** Whether it pauses while nobody has a session. */
  pauses: boolean;
  trouble: Trouble;
  /** Sessions that are always there and at work. */
  atWork: number;
  leak: Leak | null;
  /** Whoever holds our lock. */
  holder: Login | null;
  readonly leaked: Map<number, number>;
  /** When the next session of the leak comes, and clients that have been refused so far. */
  nextAt: number;
  refused: number;
  /** Restarts end every session. */
  epoch: number;
  pids: number;
};

/** One session of ours. */
export type Login = {
  readonly role: string;
  readonly openedAt: number;
  readonly epoch: number;
  /** How many sessions had to end when it first read the server; null before. */
  need: number | null;
};

const RESERVED = 3;
/** The built-in policy relieves a server until this share is in use. */
const UNTIL = 0.8;
/** A statement that hangs is given up. */
const STATEMENT_MS = 10_000;

export function simulatedServer(usable: number, atWork: number): SimulatedServer {
  return {
    ...{ usable, pauses: false, trouble: 'none', atWork, leak: null, holder: null, leaked: new Map() },
    ...{ nextAt: 0, refused: 0, epoch: 0, pids: 1_000 },
  };
}

export function beginLeak(server: SimulatedServer, leak: Leak, now: number): void {
  server.leak = leak;
  server.nextAt = now;
}

/** Ends every session, ours too. */
export function restart(server: SimulatedServer): void {
  server.epoch += 1;
  server.leaked.clear();
  server.holder = null;
}

/** A server that pauses, and that no client has a session on. */
export function isAsleep(server: SimulatedServer, now: number): boolean {
  advance(server, now);
  return server.pauses && usedSlots(server) === 0;
}

/** Brings the sessions up to date. The result says how many clients were refused since the last time. */
export function advance(server: SimulatedServer, now: number): number {
  const { leak, leaked } = server;
  if (leak === null) return 0;
  const before = server.refused;
  for (; server.nextAt <= now; server.nextAt += leak.everyMs) {
    if (usedSlots(server) >= server.usable) server.refused += 1;
    else leaked.set(++server.pids, server.nextAt);
  }
  return server.refused - before;
}

export function usedSlots({ atWork, leaked }: SimulatedServer): number {
  return atWork + leaked.size;
}

/** What happened to sessions of a server. */
export type Ended = { readonly login: Login; readonly holdsLock: boolean; readonly sessions: number };

/** The session of a run. A port's call on a session that is over, or a server that restarted, is an error. */
export function sessionOn(
  server: SimulatedServer,
  login: Login,
  time: VirtualTime,
  onEnded: (ended: Ended) => void,
  known: KnownSlots,
): Database {
  const answer = async () => {
    if (server.trouble === 'hangs-in-statements') {
      await time.sleep(STATEMENT_MS);
      throw new RemediationError('statement-failed', 'The statement was given up.');
    }
    if (server.epoch !== login.epoch) throw new RemediationError('connection-lost', 'The server restarted.');
    advance(server, time.now());
  };
  return {
    tryLock: async () => {
      await answer();
      server.holder ??= login;
      const isOurs = server.holder === login;
      return {
        locked: isOurs,
        holders: isOurs ? [] : [holderOf(server.holder, time.now())],
        total: isOurs ? 0 : 1,
      };
    },
    countSlots: async () => {
      await answer();
      if (server.holder !== null && server.holder !== login) return null;
      // A server that was not started since has the slots that it had.
      const slots = known.of(String(server.epoch), time.now()) ?? slotsOf(server);
      known.keep(slots, String(server.epoch));
      known.checked(time.now());
      return { slots, used: usedSlots(server) };
    },
    readSnapshot: async () => {
      await answer();
      login.need ??= Math.max(0, usedSlots(server) - Math.floor(server.usable * UNTIL));
      return snapshotOfServer(server, login, time.now());
    },
    readConfiguration: async () => null,
    terminate: async (sessions) => {
      await answer();
      const results = sessions.map((session) => endOne(server, login, session));
      const ended = results.filter((result) => result === 'signalled').length;
      if (ended > 0) onEnded({ login, holdsLock: server.holder === login, sessions: ended });
      return results;
    },
    close: async () => closeLogin(server, login),
  };
}

/** The server notices at some time that a client is gone. */
export function closeLogin(server: SimulatedServer, login: Login): void {
  if (server.holder === login) server.holder = null;
}

function holderOf({ role, openedAt }: Login, now: number): LockHolder {
  return {
    pid: 77,
    user: role,
    application: 'pg-headroom',
    address: '10.0.0.9',
    openMs: now - openedAt,
    isRun: true,
  };
}

function slotsOf({ usable }: SimulatedServer) {
  return someSlots({ max: usable + RESERVED, superuserReserved: RESERVED });
}

function endOne({ leaked }: SimulatedServer, { role }: Login, { pid }: Session): GuardResult {
  if (role !== 'headroom') return 'forbidden';
  return leaked.delete(pid ?? 0) ? 'signalled' : 'no-match';
}

const OWN_PID = 77;

function sessionAtWork(at: number): Session {
  const ages = { stateAgeMs: 10, queryAgeMs: 10 };
  return aSession({ pid: 100 + at, application: 'web', state: 'active', ...ages, waitEvent: null });
}

function snapshotOfServer(server: SimulatedServer, { role }: Login, now: number) {
  const own = aSession({
    pid: OWN_PID,
    user: role,
    application: 'pg-headroom',
    database: 'postgres',
    state: 'active',
  });
  const atWork = Array.from({ length: server.atWork }, (_, at) => sessionAtWork(at));
  const leaked = Array.from(server.leaked, ([pid, since]) => {
    const [at, ageMs] = [new Date(since).toISOString(), now - since];
    const names = { application: 'importer', user: 'importer' };
    return aSession({
      ...{ pid, ...names, backendStart: at, stateChange: at, stateAgeMs: ageMs, queryAgeMs: ageMs },
    });
  });
  return aSnapshot({
    takenAt: new Date(now).toISOString(),
    server: { ownPid: OWN_PID },
    slots: slotsOf(server),
    sessions: [own, ...atWork, ...leaked],
  });
}

import type { Database, RemediatePorts } from '../remediate/ports.ts';

/** Shorter waits are part of a step and get no line of their own. */
const WORTH_TELLING_MS = 1_000;

/** The same ports, which print each step as it is taken. */
export function withProgress(ports: RemediatePorts, step: (text: string) => void): RemediatePorts {
  return {
    ...ports,
    connect: async (deadline) => {
      step('connecting');
      const connection = await ports.connect(deadline);
      const { attempts } = connection.connecting;
      const tries = attempts === 1 ? '' : ` after ${attempts} tries`;
      if ('problem' in connection) {
        step(`not connected${tries}`);
        return connection;
      }
      step(`connected${tries}`);
      return { ...connection, database: tellingDatabase(connection.database, step) };
    },
    sleep: (ms, signal) => {
      // A sleep with a signal is the deadline of the run, not a wait.
      if (ms >= WORTH_TELLING_MS && signal === undefined)
        step(`waiting ${(ms / 1_000).toFixed(1)} s to see which sessions take the freed slots`);
      return ports.sleep(ms, signal);
    },
  };
}

/** The verification polls, so only changes get a line. */
function tellingDatabase(database: Database, step: (text: string) => void): Database {
  let [waits, reads] = [false, 0];
  return {
    ...database,
    tryLock: async () => {
      const tried = await database.tryLock();
      if (tried.locked) step('got the lock against other runs');
      else if (!waits) step('another run holds the lock, waiting for it');
      waits = true;
      return tried;
    },
    readSnapshot: async () => {
      const snapshot = await database.readSnapshot();
      reads += 1;
      if (reads === 1) step(`read ${snapshot.sessions.length} sessions`);
      return snapshot;
    },
    terminate: async (sessions) => {
      step(`terminating ${sessions.length} sessions: ${sessions.map(({ pid }) => pid).join(' ')}`);
      const results = await database.terminate(sessions);
      const signalled = results.filter((result) => result === 'signalled').length;
      if (signalled < results.length) step(`${signalled} of ${results.length} got the signal`);
      return results;
    },
  };
}

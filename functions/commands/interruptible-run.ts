import { sleep } from '../core/base/sleep.ts';
import { counted } from '../core/base/words.ts';
import type { Database, RemediatePorts } from '../remediate/ports.ts';
import { EXIT } from './exit-code.ts';
import { printNote } from './terminal.ts';

/** After Ctrl-C, an attempt that was sent gets this time to be answered. */
const ANSWER_MS = 1_000;

type Pids = readonly (number | null)[];

/** What a run has done so far. */
export type Work = {
  readonly database: Database | null;
  /** Sessions that got the signal to end. */
  readonly told: Pids;
  /** Sessions whose attempt is not answered. */
  readonly unanswered: Pids;
};

export type Interruptible = {
  readonly ports: RemediatePorts;
  /** Takes the handler of Ctrl-C away. */
  readonly finish: () => void;
};

/**
 * The same ports for a run that Ctrl-C may end. Then no other attempt is sent, our session ends, which frees slot and lock,
 * and a person reads what was done. A second Ctrl-C ends the process at once.
 */
export function interruptibleRun(ports: RemediatePorts): Interruptible {
  const followed = followWork();
  let isStopped = false;
  const unlessStopped = <Result>(start: () => Promise<Result>): Promise<Result> =>
    isStopped ? new Promise(() => {}) : start();
  const stop = async () => {
    if (isStopped) process.exit(EXIT.interrupted);
    isStopped = true;
    printNote(interruptionText(await followed.leave()));
    process.exit(EXIT.interrupted);
  };
  const onInterrupt = () => void stop();
  process.on('SIGINT', onInterrupt);
  const connect: RemediatePorts['connect'] = async (deadline) => {
    const connection = await ports.connect(deadline);
    if ('problem' in connection) return connection;
    const database = followed.follow(connection.database);
    return {
      ...connection,
      database: {
        ...database,
        readSnapshot: () => unlessStopped(database.readSnapshot),
        terminate: (sessions) => unlessStopped(() => database.terminate(sessions)),
      },
    };
  };
  return {
    finish: () => process.off('SIGINT', onInterrupt),
    ports: { ...ports, connect: (deadline) => unlessStopped(() => connect(deadline)) },
  };
}

/** Notes what is done by a database that it follows. `leave` waits for an attempt, and closes our session. */
function followWork() {
  let work: Work = { database: null, told: [], unanswered: [] };
  let attempt: Promise<unknown> = Promise.resolve();
  return {
    follow: (database: Database): Database => {
      work = { ...work, database };
      const terminate: Database['terminate'] = async (sessions) => {
        const pids = sessions.map(({ pid }) => pid);
        work = { ...work, unanswered: pids };
        const answers = database.terminate(sessions);
        attempt = answers;
        const results = await answers;
        const told = pids.filter((_, at) => results[at] === 'signalled');
        const unanswered = pids.filter((_, at) => results[at] === 'unknown');
        work = { ...work, told: [...work.told, ...told], unanswered };
        return results;
      };
      return { ...database, terminate };
    },
    leave: async (): Promise<Work> => {
      await Promise.race([attempt.catch(() => {}), sleep(ANSWER_MS)]);
      await work.database?.close();
      return work;
    },
  };
}

/** What a person should know after Ctrl-C. */
export function interruptionText({ told, unanswered }: Work): string {
  const lines = ['\nInterrupted.'];
  if (told.length + unanswered.length === 0) lines.push('No session was told to end.');
  else {
    if (told.length > 0)
      lines.push(`${counted(told.length, 'session')} got the signal to end: ${told.join(' ')}.`);
    if (unanswered.length > 0)
      lines.push(
        `${counted(unanswered.length, 'attempt')} had no answer, so that it is not known whether the session ends: ${unanswered.join(' ')}.`,
      );
    lines.push(
      'No other session was told to end. The result was not verified: look again with headroom plan.',
    );
  }
  lines.push('Our session is closed, its slot and the lock against other runs are free.');
  return lines.join('\n');
}

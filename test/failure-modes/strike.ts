import { withDatabase } from '../support/runs.ts';
import type { Change } from './stage.ts';

/** The steps of a run at which something can be made to happen. Where victims fill two windows, it is once between them. */
export type Moment = 'before looking' | 'before terminating' | 'between the windows' | 'before verifying';

/** Makes something happen at one moment of a run, once. */
export function strikeAt(moment: Moment, strike: () => Promise<unknown>): Change {
  let [hasLooked, isOver] = [false, false];
  const arrive = async (at: Moment) => {
    if (isOver || at !== moment) return;
    isOver = true;
    await strike();
  };
  return (ports) =>
    withDatabase(ports, (database) => ({
      ...database,
      readSnapshot: async () => {
        await arrive(hasLooked ? 'before verifying' : 'before looking');
        hasLooked = true;
        return database.readSnapshot();
      },
      terminate: async (sessions) => {
        await arrive('before terminating');
        const guards = await database.terminate(sessions);
        await arrive('between the windows');
        return guards;
      },
    }));
}

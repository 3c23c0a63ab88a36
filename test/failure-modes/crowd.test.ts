import { openUnproven } from '../support/half-open.ts';
import { eagerPolicy } from '../support/runs.ts';
import { waitUntil } from '../support/wait-until.ts';
import { proveRows } from './prove-rows.ts';
import { CROWD } from './rows/crowd.ts';
import { BYSTANDERS, type Stage } from './stage.ts';

const SESSIONS = 1_900;
const AT_ONCE = 20;
/** On a slow machine so many sessions take longer to end than a run may last. */
const PATIENT_MS = 300_000;

/** A client has its answer before its session shows: one that came late would be missing in what is needed. */
async function areIn(stage: Stage): Promise<boolean> {
  const idle = `SELECT FROM pg_stat_activity WHERE usename = $1 AND application_name = '' AND state = 'idle'`;
  return (await stage.query(idle, [stage.app.user])).rowCount === SESSIONS - BYSTANDERS;
}

proveRows(
  CROWD,
  {
    crowd: async (stage) => {
      await stage.openBystanders();
      for (let left = SESSIONS - BYSTANDERS; left > 0; left -= AT_ONCE) {
        // The server takes their word, so that they get in.
        const some = await openUnproven(stage.server, stage.app.user, Math.min(AT_ONCE, left));
        stage.afterwards(some.close);
      }
      await waitUntil(() => areIn(stage), { what: 'all were in', everyMs: 100 });
      return stage.run({ policy: eagerPolicy('enforce', { freeSlots: 500 }), deadlineMs: PATIENT_MS });
    },
  },
  { authentication: 'trust', usable: SESSIONS },
);

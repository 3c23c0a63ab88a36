import { openUnproven } from '../support/half-open.ts';
import { eagerPolicy } from '../support/runs.ts';
import { proveRows } from './prove-rows.ts';
import { CROWD } from './rows/crowd.ts';
import { BYSTANDERS } from './stage.ts';

const SESSIONS = 1_900;
const AT_ONCE = 20;

proveRows(
  CROWD,
  {
    crowd: async (stage) => {
      await stage.openBystanders();
      for (let left = SESSIONS - BYSTANDERS; left > 0; left -= AT_ONCE) {
        // The server takes their word, so that they are in.
        const some = await openUnproven(stage.server, stage.app.user, Math.min(AT_ONCE, left));
        stage.afterwards(some.close);
      }
      return stage.run({ policy: eagerPolicy('enforce', { freeSlots: 500 }) });
    },
  },
  { authentication: 'trust', usable: SESSIONS },
);

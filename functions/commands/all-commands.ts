import { backtest } from './backtest.ts';
import { budget } from './budget.ts';
import type { AnyCommand } from './command.ts';
import { completion } from './completion.ts';
import { doctor } from './doctor.ts';
import { forget } from './forget.ts';
import { help } from './help.ts';
import { memory } from './memory.ts';
import { openPage } from './open.ts';
import { pause, resume } from './pause.ts';
import { plan } from './plan.ts';
import { policyBuiltin, policyCheck, policyExplain, policyHashCommand, policyInit } from './policy.ts';
import { preflight } from './preflight.ts';
import { remediateOnce } from './remediate.ts';
import { reportPage } from './report.ts';
import { roleSqlCommand } from './role-sql.ts';
import { runs } from './runs.ts';
import { schema } from './schema.ts';
import { show } from './show.ts';
import { snapshot } from './snapshot.ts';
import { terminate } from './terminate.ts';
import { testMessage } from './test-message.ts';

/** All commands, in the order of help and documents. A new command needs its own file and a line here. */
export const COMMANDS: readonly AnyCommand[] = [
  plan,
  remediateOnce,
  terminate,
  pause,
  resume,
  memory,
  doctor,
  roleSqlCommand,
  snapshot,
  policyInit,
  policyCheck,
  policyExplain,
  policyHashCommand,
  policyBuiltin,
  runs,
  show,
  openPage,
  reportPage,
  forget,
  backtest,
  budget,
  schema,
  preflight,
  testMessage,
  completion,
  help,
];

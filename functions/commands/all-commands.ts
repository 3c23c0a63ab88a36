import { backtest } from './backtest.ts';
import { budget } from './budget.ts';
import type { AnyCommand } from './command.ts';
import { completion } from './completion.ts';
import { cost } from './cost.ts';
import { doctor } from './doctor.ts';
import { fleetEnrol } from './fleet/enrol.ts';
import { fleetGuardrail } from './fleet/guardrail.ts';
import { fleetList, fleetStatus, fleetWhy } from './fleet/status.ts';
import { fleetStop } from './fleet/stop.ts';
import { fleetAccept, fleetPause, fleetResume } from './fleet/switch.ts';
import { forget } from './forget.ts';
import { help } from './help.ts';
import { memory } from './memory.ts';
import { openPage } from './open.ts';
import { pause, resume } from './pause.ts';
import { plan } from './plan.ts';
import { policyBuiltin, policyCheck, policyExplain, policyHashCommand, policyInit } from './policy.ts';
import { policyPut } from './policy-put.ts';
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
  policyPut,
  runs,
  show,
  openPage,
  reportPage,
  forget,
  backtest,
  budget,
  schema,
  fleetStatus,
  fleetList,
  fleetWhy,
  fleetAccept,
  fleetPause,
  fleetResume,
  fleetStop,
  fleetEnrol,
  fleetGuardrail,
  preflight,
  cost,
  testMessage,
  completion,
  help,
];

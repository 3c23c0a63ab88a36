import { readBatch } from '../../functions/aws/read-batch.ts';
import { dispatch } from '../../functions/fleet/dispatch.ts';
import type { DispatchPorts } from '../../functions/fleet/dispatch-ports.ts';
import { fleetRun } from '../../functions/fleet/fleet-run.ts';
import type { FleetRunPorts } from '../../functions/fleet/fleet-run-ports.ts';
import { type IntakePorts, intake } from '../../functions/fleet/intake.ts';
import { type FleetReportPorts, reportParcel } from '../../functions/fleet/report-parcel.ts';
import { sweepFiltered } from '../../functions/fleet/sweep-filtered.ts';
import { setTriggers, type TriggerPorts } from '../../functions/fleet/triggers.ts';
import { report } from '../../functions/report/report.ts';
import type { LogGroups } from './simulated-logs.ts';

/** What is simulated: the functions of a fleet as they are. A planted bug replaces one, or changes its ports. */
export type Product = {
  readonly dispatch: typeof dispatch;
  readonly intake: typeof intake;
  readonly sweepFiltered: typeof sweepFiltered;
  readonly setTriggers: typeof setTriggers;
  readonly fleetRun: typeof fleetRun;
  readonly reportParcel: typeof reportParcel;
  readonly report: typeof report;
  readonly readBatch: typeof readBatch;
  readonly portsOfDispatch: (ports: DispatchPorts) => DispatchPorts;
  readonly portsOfIntake: (ports: IntakePorts) => IntakePorts;
  readonly portsOfTriggers: (ports: TriggerPorts, logs: LogGroups) => TriggerPorts;
  readonly portsOfRun: (ports: FleetRunPorts) => FleetRunPorts;
  readonly portsOfReport: (ports: FleetReportPorts) => FleetReportPorts;
};

const asTheyAre = <Ports>(ports: Ports): Ports => ports;

export const PRODUCT: Product = {
  ...{ dispatch, intake, sweepFiltered, setTriggers, fleetRun, reportParcel, report, readBatch },
  ...{ portsOfDispatch: asTheyAre, portsOfIntake: asTheyAre, portsOfTriggers: asTheyAre },
  ...{ portsOfRun: asTheyAre, portsOfReport: asTheyAre },
};

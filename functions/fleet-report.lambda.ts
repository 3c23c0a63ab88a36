import middy from '@middy/core';
import { fleetReportPorts } from './aws/fleet-report-ports.ts';
import { type FleetReportConfig, parseFleetReportConfig } from './config/fleet-config.ts';
import { REPORT_WORKER } from './contract.ts';
import { type FleetReportEvent, parseFleetDelivery } from './fleet/parse-fleet-delivery.ts';
import { reportFleet } from './fleet/report-fleet.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';

const WORKER = new URL(`./${REPORT_WORKER}.mjs`, import.meta.url);

/** Tells people what came of the runs of a cell, and news of the cell itself. */
export const handler = middy<Parsed<FleetReportConfig, FleetReportEvent>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseFleetReportConfig, parseFleetDelivery))
  .handler(({ config, input }) => reportFleet(input, fleetReportPorts(config, WORKER, logLine)));

import middy from '@middy/core';
import { runItemsIn } from './aws/fleet-run-items.ts';
import { fleetServerPorts } from './aws/fleet-server-ports.ts';
import { loginTries } from './aws/login-tries.ts';
import { type FleetRunConfig, parseFleetRunConfig } from './config/fleet-config.ts';
import type { FleetRunEvent } from './core/fleet/run-event.ts';
import type { LoginTryEvent, TriedLogin } from './core/fleet/tried-login.ts';
import { fleetRun } from './fleet/fleet-run.ts';
import { knownDatabases } from './fleet/known-databases.ts';
import { requireRunEvent } from './fleet/require-run-event.ts';
import { tryLogin } from './fleet/try-login.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { logRun } from './lambda/log-run.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';

/** Time kept free at the end to close the session, and to pack and post the record. */
const RETURN_MS = 6_000;
/** What a warm function remembers of the last runs of each database. */
const known = knownDatabases();

/** Gives one database its slots back by what the registry says, or tries a login for a proof. A quiet run writes nothing. */
export const handler = middy<Parsed<FleetRunConfig, FleetRunEvent | LoginTryEvent>, TriedLogin | null>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseFleetRunConfig, requireRunEvent))
  .handler(async ({ config: { tables, authorities }, input: event }, context) => {
    if ('proof' in event)
      return tryLogin(event, { ...loginTries(tables.registry, authorities), log: logLine });
    const deadline = Date.now() + context.getRemainingTimeInMillis() - RETURN_MS;
    const portsOf = fleetServerPorts(known, tables.memory, authorities, logLine);
    const ports = { ...runItemsIn(tables), portsOf, now: Date.now, log: logLine };
    const record = await fleetRun(event, { runId: context.awsRequestId, deadline }, ports);
    if (record !== null && record.outcome !== 'healthy') logRun(record);
    return null;
  });

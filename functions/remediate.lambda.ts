import middy from '@middy/core';
import { credentialsOf, poolerAccess } from './aws/credentials.ts';
import { recallFrom } from './aws/recall.ts';
import { parseRemediateConfig, type RemediateConfig } from './config.ts';
import type { Trigger } from './core/trigger.ts';
import { loadRest } from './load-rest.ts';
import { logErrors } from './middleware/log-errors.ts';
import { logLine } from './middleware/log-line.ts';
import { logRun } from './middleware/log-run.ts';
import { type Parsed, parseInvocation } from './middleware/parse-invocation.ts';
import { smallYoungSpace } from './middleware/small-young-space.ts';
import { timeUp } from './middleware/time-up.ts';
import { knownSlots } from './postgres/known-slots.ts';
import { serverPorts } from './postgres/server-ports.ts';
import { knownStartup } from './postgres/startup.ts';
import { parseEvent } from './workflow/parse-event.ts';
import { remediate } from './workflow/remediate.ts';
import { packRecord, type RunResult } from './workflow/run-result.ts';

/** Kept free at the end for closing the session and packing the record. */
const RETURN_MS = 5_000;
const known = { slots: knownSlots(), startup: knownStartup() };

/** Gives one server its slots back. Invoked by alarm and schedule, always asynchronously: a destination takes the result. */
export const handler = middy<Parsed<RemediateConfig, Trigger>, RunResult>(timeUp)
  .use(logErrors())
  .use(smallYoungSpace())
  .use(parseInvocation(parseRemediateConfig, parseEvent))
  .handler(async ({ config, input: trigger }, context) => {
    const { server, policy, target, login, logStream, metrics, table } = config;
    const deadline = Date.now() + context.getRemainingTimeInMillis() - RETURN_MS;
    const recall = recallFrom(server, table, process.env);
    const pooler = poolerAccess(config.pooler, process.env);
    const source = credentialsOf(login, target, process.env);
    const ports = serverPorts(target, source, logLine, { recall, pooler, ...known, meanwhile: loadRest });
    const runId = context.awsRequestId;
    const record = await remediate({ runId, server, policy, trigger, logStream, deadline }, ports);
    logRun(record);
    return packRecord(record, metrics);
  });

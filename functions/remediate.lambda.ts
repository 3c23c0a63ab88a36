import middy from '@middy/core';
import { credentialsOf } from './aws/credentials.ts';
import { parseRemediateConfig, type RemediateConfig } from './config.ts';
import { parseTrigger, type Trigger } from './core/trigger.ts';
import { logErrors } from './middleware/log-errors.ts';
import { logLine } from './middleware/log-line.ts';
import { type Parsed, parseInvocation } from './middleware/parse-invocation.ts';
import { timeUp } from './middleware/time-up.ts';
import { serverPorts } from './postgres/server-ports.ts';
import { remediate } from './workflow/remediate.ts';
import { packRecord, type RunResult } from './workflow/run-result.ts';

/** Kept free at the end for closing the session and packing the record. */
const RETURN_MS = 5_000;

/** Gives one server its slots back. Invoked by alarm and schedule, always asynchronously: a destination takes the result. */
export const handler = middy<Parsed<RemediateConfig, Trigger>, RunResult>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseRemediateConfig, parseTrigger))
  .handler(async ({ config, input: trigger }, context) => {
    const { server, policy, target, login } = config;
    const deadline = Date.now() + context.getRemainingTimeInMillis() - RETURN_MS;
    const ports = serverPorts(target, credentialsOf(login, target, process.env), logLine);
    const record = await remediate({ runId: context.awsRequestId, server, policy, trigger, deadline }, ports);
    const { outcome, mode, attempts, timings, problem } = record;
    logLine('run', {
      runId: record.runId,
      server,
      mode,
      outcome,
      attempts: attempts.length,
      timings,
      problem,
    });
    return packRecord(record);
  });

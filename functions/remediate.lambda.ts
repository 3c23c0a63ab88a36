import middy from '@middy/core';
import { credentialsOf, loadSecretsClient, poolerAccess } from './aws/credentials.ts';
import { memoryPorts } from './aws/memory-ports.ts';
import { parseRemediateConfig, type RemediateConfig } from './config/config.ts';
import { REMEDIATE_ENV } from './core/declaration/remediate-variables.ts';
import { packRecord, type RunResult } from './core/run/codec/run-result.ts';
import type { Trigger } from './core/trigger/trigger.ts';
import { parseEvent } from './events/parse-event.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { logRun } from './lambda/log-run.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { keepYoungSpaceSmall } from './lambda/small-young-space.ts';
import { timeUp } from './lambda/time-up.ts';
import { knownSlots } from './postgres/connection/known-slots.ts';
import { knownStartup } from './postgres/connection/startup.ts';
import { serverPorts } from './postgres/server-ports.ts';
import { knownTries } from './remediate/known-tries.ts';
import { remediate } from './remediate/remediate.ts';

/** Time kept free at the end to close the session and to pack the record. */
const RETURN_MS = 5_000;
/** What a warm function remembers of its last runs. */
const known = { slots: knownSlots(), startup: knownStartup(), tries: knownTries() };
if (process.env[REMEDIATE_ENV.secret] !== undefined) await loadSecretsClient();

/** Gives one server its slots back. Alarm and schedule invoke it asynchronously, and a destination takes the result. */
export const handler = middy<Parsed<RemediateConfig, Trigger>, RunResult>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseRemediateConfig, parseEvent))
  .handler(async ({ config, input: trigger }, context) => {
    const { server, policy, target, login, logStream, metrics, table, warnings } = config;
    const deadline = Date.now() + context.getRemainingTimeInMillis() - RETURN_MS;
    const [memory, pooler] = [memoryPorts(server, table, warnings), poolerAccess(config.pooler)];
    const more = { ...known, ...memory, pooler, onHandshake: keepYoungSpaceSmall };
    const request = { runId: context.awsRequestId, server, policy, trigger, logStream, deadline };
    const record = await remediate(request, serverPorts(target, credentialsOf(login, target), logLine, more));
    logRun(record);
    return packRecord(record, metrics, warnings);
  });

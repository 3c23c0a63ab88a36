import middy from '@middy/core';
import { logTriggers } from './aws/log-triggers.ts';
import { registryIn } from './aws/registry-table.ts';
import { parseTriggersConfig, type TriggersConfig } from './config/fleet-config.ts';
import { setTriggers } from './fleet/triggers.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';

/** Puts and removes the triggers of a cell's log groups. The dispatcher invokes it, with an event that says nothing. */
export const handler = middy<Parsed<TriggersConfig, null>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseTriggersConfig, () => null))
  .handler(({ config }) =>
    setTriggers(config, {
      ...registryIn(config.registry),
      ...logTriggers(config.destination),
      now: Date.now,
      log: logLine,
    }),
  );

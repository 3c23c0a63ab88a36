import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import { invokesLater } from './aws/invoke-later.ts';
import { claimsIn, registryIn } from './aws/registry-table.ts';
import { type IntakeConfig, parseIntakeConfig } from './config/fleet-config.ts';
import type { Trigger } from './core/trigger/trigger.ts';
import { parseEvent } from './events/parse-event.ts';
import { intake } from './fleet/intake.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';

/** Takes log lines of all databases of a cell, and starts a run where a client was refused. */
export const handler = middy<Parsed<IntakeConfig, Trigger>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseIntakeConfig, parseEvent))
  .handler(({ config: { registry, claims }, input }) =>
    intake(input, {
      ...registryIn(registry),
      takeClaim: claimsIn(claims),
      invokeRun: invokesLater(),
      newOwner: randomUUID,
      now: Date.now,
      log: logLine,
    }),
  );

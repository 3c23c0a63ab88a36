import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import { invokesLater } from './aws/invoke-later.ts';
import { claimsIn, registryIn } from './aws/registry-table.ts';
import { type IntakeConfig, parseIntakeConfig } from './config/fleet-config.ts';
import type { Trigger } from './core/trigger/trigger.ts';
import { parseEvent } from './events/parse-event.ts';
import type { ReadRegistry } from './fleet/dispatch-ports.ts';
import { intake } from './fleet/intake.ts';
import { REGISTRY_HOLDS_MS, recentRegistry } from './fleet/recent-registry.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';

let known: ReadRegistry | null = null;

function registryOf(table: string): ReadRegistry {
  known ??= recentRegistry(registryIn(table).readRegistry, REGISTRY_HOLDS_MS, Date.now);
  return known;
}

/** Takes log lines of all databases of a cell, and starts a run where a client was refused. */
export const handler = middy<Parsed<IntakeConfig, Trigger>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseIntakeConfig, parseEvent))
  .handler(({ config: { registry, claims }, input }) =>
    intake(input, {
      readRegistry: registryOf(registry),
      takeClaim: claimsIn(claims),
      invokeRun: invokesLater(),
      newOwner: randomUUID,
      now: Date.now,
      log: logLine,
    }),
  );

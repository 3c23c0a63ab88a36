import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';
import { invokesLater } from './aws/invoke-later.ts';
import { emitCellMeasure } from './aws/metrics.ts';
import { describeDatabases } from './aws/rds-api.ts';
import { readFleetParameters } from './aws/read-fleet-parameters.ts';
import { hubIn } from './aws/read-hub.ts';
import { attentionIn, claimsIn, registryIn } from './aws/registry-table.ts';
import { wroteLately } from './aws/wrote-lately.ts';
import { type DispatchConfig, parseDispatchConfig } from './config/fleet-config.ts';
import { summaryRequest } from './core/fleet/cell-summary.ts';
import { dispatch } from './fleet/dispatch.ts';
import { type DispatchEvent, parseDispatchEvent } from './fleet/parse-dispatch-event.ts';
import { sweepFiltered } from './fleet/sweep-filtered.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';

/** Starts the runs of a cell: those that are due in a period, or those that an alarm on refusals asks for. */
export const handler = middy<Parsed<DispatchConfig, DispatchEvent>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseDispatchConfig, parseDispatchEvent))
  .handler(async ({ config, input }) => {
    const { registry, claims, memory, hub, triggers, report, hasBus } = config;
    const invoke = invokesLater();
    const common = { now: Date.now, log: logLine, newOwner: randomUUID, sleep: (ms: number) => sleep(ms) };
    const start = { ...common, takeClaim: claimsIn(claims), ...registryIn(registry), invokeRun: invoke };
    if (input.kind === 'refusals')
      return sweepFiltered({ ...start, wroteLately: (groups) => wroteLately(groups, Date.now()) });
    if (input.kind === 'nothing') return logLine('nothing-to-dispatch', {});
    return dispatch(input.at, config, {
      ...{ ...start, readAttention: attentionIn(memory), readHub: hub === null ? null : hubIn(hub) },
      ...{ describe: describeDatabases, readParameters: readFleetParameters, measure: emitCellMeasure },
      invokeTriggers: () => invoke(triggers, {}),
      tell: (news) => invoke(report, news),
      summarise: hasBus ? (week) => invoke(report, summaryRequest(week)) : null,
    });
  });

import middy from '@middy/core';
import { summariesIn } from './aws/summaries-table.ts';
import { parseSummariesConfig, type SummariesConfig } from './config/fleet-config.ts';
import { type HeardSummary, keepSummary, parseHeardSummary } from './fleet/keep-summary.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';

/** Keeps the newest summary of each cell. A rule of the organisation's bus invokes it. */
export const handler = middy<Parsed<SummariesConfig, HeardSummary | null>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseSummariesConfig, parseHeardSummary))
  .handler(({ config, input }) =>
    keepSummary(input, { keep: summariesIn(config.summaries).keep, now: Date.now, log: logLine }),
  );

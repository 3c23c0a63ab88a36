import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';
import { memoryIn } from './aws/memory.ts';
import { count } from './aws/metrics.ts';
import { keepIn } from './aws/records.ts';
import { publishTo } from './aws/topics.ts';
import { parseReportConfig, type ReportConfig } from './config.ts';
import { type Destination, parseDestination } from './core/destination.ts';
import { logErrors } from './middleware/log-errors.ts';
import { logLine } from './middleware/log-line.ts';
import { type Parsed, parseInvocation } from './middleware/parse-invocation.ts';
import { timeUp } from './middleware/time-up.ts';
import { report } from './workflow/report.ts';

/** Tells people what a run of `remediate` came to. Invoked as its destination, on success and on failure. */
export const handler = middy<Parsed<ReportConfig, Destination>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseReportConfig, parseDestination))
  .handler(({ config: { topic, chat, bucket, table }, input }) =>
    report(input, {
      keep: bucket === null ? null : keepIn(bucket),
      count,
      memory: table === null ? null : memoryIn(table),
      publish: publishTo(topic, chat),
      now: Date.now,
      sleep,
      log: logLine,
    }),
  );

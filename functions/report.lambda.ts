import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';
import { emitMetrics } from './aws/metrics.ts';
import { receiversWithSecrets } from './aws/receivers-with-secrets.ts';
import { keepIn } from './aws/records.ts';
import { tablePorts } from './aws/table-ports.ts';
import { publishTo } from './aws/topics.ts';
import { parseReportConfig, type ReportConfig } from './config/config.ts';
import { REPORT_WORKER } from './contract.ts';
import { type Destination, parseDestination } from './events/parse-destination.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';
import { startClock } from './report/invocation-clock.ts';
import { report } from './report/report.ts';
import { stepsInWorker } from './report/steps-in-worker.ts';

const WORKER = new URL(`./${REPORT_WORKER}.mjs`, import.meta.url);

/**
 * Tells people the result of a run of `remediate`. Lambda invokes it as the destination of that function, for success and
 * failure.
 */
export const handler = middy<Parsed<ReportConfig, Destination>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseReportConfig, parseDestination))
  .handler(({ config: { topic, chat, bucket, table, receivers }, input }) => {
    const clock = startClock();
    return report(input, {
      work: (result) => stepsInWorker(WORKER, result, clock),
      keep: bucket === null ? null : keepIn(bucket),
      count: emitMetrics,
      ...tablePorts(table),
      publish: { ...publishTo(topic, chat), ...receiversWithSecrets(receivers) },
      now: Date.now,
      sleep,
      log: (event, fields) => logLine(event, { ...fields, cpuMs: clock.cpuMs() }),
    });
  });

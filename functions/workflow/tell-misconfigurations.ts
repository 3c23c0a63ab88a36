import type { Message } from '../core/message.ts';
import { renderShortMisconfigurations } from '../render/short-misconfigurations.ts';
import { checkSize } from './check-size.ts';
import type { ReportPorts } from './ports.ts';
import type { Dues } from './remember-run.ts';
import type { Report } from './report-record.ts';
import type { ReadRun } from './report-steps.ts';
import { tell } from './tell.ts';

/**
 * Tells each misconfiguration once, until it is gone and comes back. What was published but could not be marked is told
 * once more. Without a memory that can be read and written there is no "once", and nothing but a line in the log.
 * @throws RemediationError `publish-failed`.
 */
export async function tellMisconfigurations(
  run: ReadRun,
  due: Dues['checks'],
  report: Report,
  ports: ReportPorts,
): Promise<void> {
  const { misconfigurations, runId, server } = run;
  const found = misconfigurations ?? [];
  if (due === 'unknown')
    for (const { check, found: what } of found)
      ports.log('misconfigured', { runId, server, check, found: what });
  if (due === null || due === 'unknown') return;
  const news = found.filter(({ check }) => due.checks.includes(check));
  if (news.length > 0)
    await tell(await messageOn(run, news, report), due, { kind: 'misconfigured', runId }, ports);
}

async function messageOn(
  run: ReadRun,
  news: NonNullable<ReadRun['misconfigurations']>,
  { delivery, work, attempts }: Report,
): Promise<Message> {
  const checks = news.map(({ check }) => check);
  const write = async () => checkSize(await work.writeMisconfigurations(checks));
  const written = await attempts.attempt('misconfigurations', write);
  return written ?? renderShortMisconfigurations(run, delivery, news, attempts.leftOut());
}

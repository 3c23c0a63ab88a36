import type { Message } from '../render/base/message.ts';
import { renderShortMisconfigurations } from '../render/message/short-misconfigurations.ts';
import { checkSize } from './check-size.ts';
import { isDescribed, type KnownRun } from './known-run.ts';
import { checkMessage } from './parse-answers.ts';
import { publishMessage } from './publish.ts';
import type { Dues } from './remember-run.ts';
import type { Report } from './report-context.ts';
import type { ReadRun } from './report-steps.ts';

/**
 * Reports each misconfiguration once, until it is gone and comes back. A message that was published but could
 * not be marked is published once more. "Once" needs a memory that can be read and written. Without it there
 * is only a line in the log. @throws RemediationError `publish-failed`.
 */
export async function publishMisconfigurations(
  run: KnownRun,
  read: ReadRun,
  due: Dues['checks'],
  report: Report,
): Promise<void> {
  const { ports } = report;
  const { runId, server } = run;
  const found = read.misconfigurations ?? [];
  if (due === 'unknown')
    for (const { check, found: what } of found)
      ports.log('misconfigured', { runId, server, check, found: what });
  if (due === null || due === 'unknown') return;
  const news = found.filter(({ check }) => due.checks.includes(check));
  if (news.length === 0) return;
  const message = await messageOn(run, news, report);
  if (message !== null) await publishMessage(message, due, { kind: 'misconfigured', runId }, ports);
}

async function messageOn(
  run: KnownRun,
  news: NonNullable<ReadRun['misconfigurations']>,
  { delivery, work, attempts }: Report,
): Promise<Message | null> {
  const checks = news.map(({ check }) => check);
  const write = async () => checkSize(checkMessage(await work.writeMisconfigurations(checks)));
  const written = await attempts.attempt('misconfigurations', write);
  if (written !== null || !isDescribed(run)) return written;
  return renderShortMisconfigurations(run, delivery, news, attempts.leftOut());
}

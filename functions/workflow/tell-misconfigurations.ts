import type { RunRecord } from '../core/record.ts';
import { renderMisconfigurations } from '../render/misconfigured.ts';
import type { ReportPorts } from './ports.ts';
import type { Dues } from './remember-run.ts';
import { tell } from './tell.ts';

/**
 * Tells each misconfiguration once, until it is gone and comes back. What was published but could not be marked is told
 * once more. Without a memory that can be read and written there is no "once", and nothing but a line in the log.
 * @throws RemediationError `publish-failed`.
 */
export async function tellMisconfigurations(
  record: RunRecord,
  due: Dues['checks'],
  ports: ReportPorts,
): Promise<void> {
  const { misconfigurations, runId, server } = record;
  const found = misconfigurations ?? [];
  if (due === 'unknown')
    for (const { check, found: what } of found)
      ports.log('misconfigured', { runId, server, check, found: what });
  if (due === null || due === 'unknown') return;
  const news = found.filter(({ check }) => due.checks.includes(check));
  if (news.length > 0)
    await tell(renderMisconfigurations(record, news), due, { kind: 'misconfigured', runId }, ports);
}

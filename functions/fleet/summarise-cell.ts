import { CODE_VERSION } from '../core/base/code-version.ts';
import type { CellSummary } from '../core/fleet/cell-summary.ts';
import type { SeenCell } from '../core/fleet/seen-cell.ts';
import { summaryOf } from '../core/fleet/summary-of.ts';
import type { PastWeek } from '../core/incident/past-week.ts';
import type { RemediatePorts } from '../remediate/ports.ts';

/** Reads registry and memory once, as `headroom fleet status` does. Rejects with `registry-unreadable`. */
export type LookAtCell = (
  now: number,
) => Promise<{ readonly view: SeenCell; readonly past: readonly PastWeek[] }>;

export type SummaryPorts = {
  readonly look: LookAtCell;
  /** Hands it to the organisation's bus; null where there is none. Rejects with `publish-failed`. */
  readonly send: ((summary: CellSummary) => Promise<void>) | null;
  readonly now: RemediatePorts['now'];
  readonly log: RemediatePorts['log'];
};

/**
 * Sends what the cell is like in numbers. It may be sent twice: the newest counts.
 * @throws RemediationError where Lambda has to deliver again.
 */
export async function summariseCell(week: string, { look, send, now, log }: SummaryPorts): Promise<void> {
  if (send === null) return log('no-bus-for-summary', { week });
  const at = now();
  const { view, past } = await look(at);
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
  const incidents = sum(past.map((each) => each.incidents));
  const ended = sum(past.map((each) => each.ended));
  const summary = summaryOf(view, { week, code: CODE_VERSION, incidents, ended, now: at });
  await send(summary);
  log('summary-sent', { week, databases: summary.databases, enforce: summary.enforce });
}

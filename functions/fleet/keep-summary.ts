import { regionIn } from '../core/fleet/cell-summary.ts';
import type { CellName } from '../core/fleet/fleet-digest.ts';
import type { RemediatePorts } from '../remediate/ports.ts';

/** What an account sent about one of its regions. */
export type HeardSummary = CellName & { readonly text: string };

export type KeepSummaryPorts = {
  /** In place of the one before. False where the account claims more regions than there are. Rejects with `registry-unwritable`. */
  readonly keep: (heard: HeardSummary, heardAt: number) => Promise<boolean>;
  readonly now: RemediatePorts['now'];
  readonly log: RemediatePorts['log'];
};

/** Several times the largest summary. All regions of an account have to fit into one item of a table. */
const MOST_BYTES = 6_000;

/**
 * The account is the one that the bus names. EventBridge does not name the sender's region, because events are put in the
 * region of the bus. So the region is what the account says of itself. Null for what names no cell.
 */
export function parseHeardSummary(event: unknown): HeardSummary | null {
  const { account, detail } = (event ?? {}) as { readonly account?: unknown; readonly detail?: unknown };
  if (typeof account !== 'string' || !/^\d{12}$/.test(account)) return null;
  const region = regionIn((detail as { readonly region?: unknown } | null | undefined)?.region);
  if (region === null) return null;
  return { account, region, text: textOf(detail) };
}

/** Empty where it is longer than any summary. It may be nested deeper than JavaScript writes. */
function textOf(detail: unknown): string {
  try {
    const text = JSON.stringify(detail);
    return Buffer.byteLength(text) > MOST_BYTES ? '' : text;
  } catch {
    return '';
  }
}

/** Keeps what a cell says of itself. Whether it can be understood is told by the digest. */
export async function keepSummary(
  heard: HeardSummary | null,
  { keep, now, log }: KeepSummaryPorts,
): Promise<void> {
  if (heard === null) return log('summary-of-no-cell', {});
  const { account, region } = heard;
  const isKept = await keep(heard, now());
  if (!isKept) log('summary-of-too-many-regions', { account, region });
}

import { cleanName } from '../../core/base/clean-text.ts';
import type { RunIdentity, RunRecord } from '../../core/run/record.ts';
import { secondsText, timeText } from '../base/phrases.ts';
import { productText } from '../base/product.ts';
import { identityParts } from './identity-text.ts';
import type { MailEnd } from './mail-text.ts';

/** The link to everything that is kept of a run. */
export function linkOf(url: string | null): MailEnd['link'] {
  if (url === null) return null;
  return {
    title: url.endsWith('.html')
      ? 'ALL OF IT, with each session:'
      : 'ITS RECORD, which headroom show prints:',
    url,
  };
}

/** `orders · PostgreSQL 18.4 · enforce · run c2a6… · 2026-11-21 03:15:43 UTC, 6.2 s · code 1.2.0, policy 06fbb…` */
export function runLine(record: RunRecord): string {
  const { server, snapshot, mode, runId, startedAt, timings } = record;
  return identified(
    [
      cleanName(server),
      ...(snapshot === null ? [] : [productText(snapshot.server)]),
      mode,
      `run ${cleanName(runId)}`,
      `${timeText(startedAt)}, took ${secondsText(timings.finished)}`,
    ],
    record,
  );
}

/** The facts that identify a run, on one line. */
export function identified(facts: readonly string[], identity: RunIdentity): string {
  const parts = identityParts(identity);
  return [...facts, ...(parts.length === 0 ? [] : [parts.join(', ')])].join(' · ');
}

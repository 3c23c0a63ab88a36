import { cleanName } from '../../core/base/clean-text.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { type Section, wrap } from '../base/layout.ts';
import { counted, timeText } from '../base/phrases.ts';
import { coordinatorsText, productText } from '../base/product.ts';
import { identityTexts } from './identity-text.ts';

export function runFacts(record: RunRecord): Section {
  const { server, snapshot, mode, runId, startedAt } = record;
  const version = snapshot === null ? '' : ` (${productText(snapshot.server)})`;
  const coordinators = snapshot === null ? null : coordinatorsText(snapshot.server);
  return {
    title: 'THIS RUN',
    lines: [
      ...wrap(`Server ${cleanName(server)}${version}, mode ${mode}. ${connectingText(record)}`),
      ...(coordinators === null ? [] : wrap(coordinators)),
      ...wrap([`Run ${cleanName(runId)}, ${timeText(startedAt)}.`, ...identityTexts(record)].join(' ')),
    ],
  };
}

/** SQLSTATEs with counts. An empty one means that the server closed the connection without an answer. */
export function connectingText({ connecting }: RunRecord): string {
  const { attempts, refusals } = connecting;
  if (attempts === 0) return 'No connection was tried.';
  const counts = new Map<string, number>();
  for (const { sqlstate, count } of refusals) {
    const code = sqlstate === '' ? 'no SQLSTATE' : cleanName(sqlstate);
    counts.set(code, (counts.get(code) ?? 0) + count);
  }
  const refused = [...counts].map(([code, count]) => `${count} with ${code}`).join(', ');
  const tries = counted(attempts, 'try', 'tries');
  return `${tries} to connect${refused === '' ? '' : `, refused: ${refused}`}.`;
}

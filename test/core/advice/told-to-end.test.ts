import { expect, test } from 'vitest';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { renderIncident } from '../../../functions/render/message/render-incident.ts';
import { pileUp } from '../../support/pile-ups.ts';

/** How often a message looks through all attempts of its run. */
function looksOf(sessions: number): number {
  const { attempts, ...run } = pileUp('in a circle', sessions);
  const snapshot = run.snapshot && { ...run.snapshot, locks: [] };
  let looks = 0;
  const record: RunRecord = {
    ...run,
    snapshot,
    get attempts() {
      looks += 1;
      return attempts;
    },
  };
  renderIncident(record);
  return looks;
}

test('advice about busy sessions does not look through all attempts for each of them', () => {
  expect(looksOf(600)).toBeLessThan(looksOf(200) + 10);
});

import { expect, test } from 'vitest';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { startCrowdedServer } from '../bench/memory-crowd.ts';
import { measureMemory } from '../bench/memory-run.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';

/** The bundle as it is deployed: `npm test` has built it. */

const SESSIONS = 5_000;

test.runIf(IS_THOROUGH)(
  'remediate needs less than 150 MB for five thousand sessions, the runtime included',
  async () => {
    await using crowded = await startCrowdedServer(SESSIONS + 100);
    await crowded.show(SESSIONS);
    const { peakMb, results } = await measureMemory(crowded, 'handler');
    for (const { snapshot, attempts } of results.map(unpackRecord)) {
      expect(snapshot?.sessions.length).toBeGreaterThanOrEqual(SESSIONS);
      expect(attempts.length).toBeGreaterThanOrEqual(1_000);
    }
    expect(peakMb).toBeLessThan(150);
  },
);

import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { recordings } from '../../incidents/recordings.ts';
import { aLogLines, aRefused } from '../../support/builders.ts';

const SAID = /refusals, .* clients reconnect without a pause/;

/** Wherever people read it: with the diagnosis, or with one of its culprits. */
function timesSaid({ evidence, culprits }: Diagnosis): number {
  return [...evidence, ...culprits.flatMap((culprit) => culprit.evidence)].filter((text) => SAID.test(text))
    .length;
}

const STORM = {
  kind: 'reserved',
  count: 600,
  first: '2026-11-21T03:15:00.000Z',
  last: '2026-11-21T03:15:10.000Z',
} as const;

test.each(recordings().map(({ story, record }) => [story.name, record] as const))(
  'a storm beside what was recorded is said once: %s',
  (_, record) => {
    const trigger = aLogLines({ refused: [aRefused(STORM)] });
    const diagnosis = diagnose({ ...record, trigger });
    expect(diagnosis === null ? 1 : timesSaid(diagnosis)).toBe(1);
  },
);

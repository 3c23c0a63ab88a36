import { expect, test } from 'vitest';
import { parseHead } from '../../../../functions/core/run/codec/parse-head.ts';
import { packRecord } from '../../../../functions/core/run/codec/run-result.ts';
import { INCIDENTS, OBSERVED } from '../../../support/incidents.ts';

const LOCK = {
  holders: [
    {
      pid: 4711,
      user: 'headroom',
      application: 'pg-headroom',
      address: '10.0.3.7',
      openMs: 61_000,
      isRun: true,
    },
  ],
  total: 1,
};
const RUNS = Object.entries({ ...INCIDENTS, ...OBSERVED });

test.each(RUNS)('the head of a run is read as it was written: %s', (_, run) => {
  const written = packRecord({
    ...run(),
    code: '0.1.0+a1b2c3d4e5f6',
    policyHash: 'f'.repeat(64),
    lock: LOCK,
  });
  const head: unknown = JSON.parse(JSON.stringify(written.head));
  expect(parseHead(head)).toEqual(head);
});

test('a head of before, without code, policy, lock and own tries, is read', () => {
  const { code: _, policyHash: __, lock: ___, ownTries: ____, ...before } = packRecord(INCIDENTS.busy()).head;
  expect(parseHead(before)).toEqual({ ...before, lock: null, ownTries: null });
});

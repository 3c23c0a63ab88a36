import { describe, expect, test } from 'vitest';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { anAttempt, someSessions } from '../support/builders.ts';
import { runOf, snapshotOf } from '../support/records.ts';

/** Ten of 57 have to go; the first came back to life, and in a second round one whom the first plan had spared went. */
function runWithSubstitute() {
  const sessions = someSessions(57, 1, (index) => ({
    application: 'leaky',
    stateAgeMs: 7_200_000 - index * 1_000,
  }));
  const run = runOf({ snapshot: snapshotOf(sessions) });
  const victims = run.plan?.victims.map(({ session }) => session) ?? [];
  const substitute = run.plan?.spared.find(({ reason }) => reason === 'not-needed')?.session;
  if (substitute === undefined) throw new Error('nobody was left over');
  const attempts = [
    ...victims.map((session, index) =>
      anAttempt(session, index === 0 ? { guard: 'no-match', result: 'changed' } : {}),
    ),
    anAttempt(substitute, { round: 2 }),
  ];
  return { record: { ...run, attempts }, victims, substitute };
}

describe('A session that a later round ended', () => {
  const { record, victims, substitute } = runWithSubstitute();

  test('counts as ended and not as spared, and the one that came back the other way round', () => {
    const text = fullTextOf(record);
    const notNeeded = record.plan?.spared.filter(({ reason }) => reason === 'not-needed').length ?? 0;
    expect(text).toContain(`${victims.length} sessions ended`);
    expect(text).toMatch(new RegExp(`\\b${notNeeded - 1}  not needed: enough slots without them`));
  });

  test('survives the packing', () => {
    const { attempts } = unpackRecord(packRecord(record));
    expect(attempts.find(({ round }) => round === 2)).toMatchObject({ pid: substitute.pid });
  });
});

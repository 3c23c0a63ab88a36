import { describe, expect, test } from 'vitest';
import { parseProof, proofText, unprovenText } from '../../../functions/core/fleet/cell-proof.ts';
import { PROOF, PROOF_TEXT } from '../../support/fleet.ts';

describe('A proof', () => {
  test('is read as it was written, and enforces', () => {
    expect(parseProof(PROOF_TEXT)).toEqual(PROOF);
    expect(unprovenText(parseProof(PROOF_TEXT))).toBeNull();
    expect(unprovenText(parseProof(proofText({ ...PROOF, kind: 'ids', database: null })))).toBeNull();
  });

  test('of the next version is read where it only adds fields', () => {
    expect(parseProof(JSON.stringify({ ...PROOF, vpc: 'vpc-1', why: 'a new word' }))).toMatchObject(PROOF);
  });

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['an empty text', ''],
    ['true', 'true'],
    ['null', 'null'],
    ['a list', `[${PROOF_TEXT}]`],
    ['a text in a text', JSON.stringify(PROOF_TEXT)],
    ['a kind of another version', JSON.stringify({ ...PROOF, kind: 'cell' })],
    ['a kind in other letters', JSON.stringify({ ...PROOF, kind: 'Tag' })],
    ['no kind', JSON.stringify({ ...PROOF, kind: undefined })],
    ['a kind that every object inherits', JSON.stringify({ ...PROOF, kind: 'toString' })],
    ['no person', JSON.stringify({ ...PROOF, by: '' })],
    ['no moment', JSON.stringify({ ...PROOF, at: undefined })],
    ['a moment that is none', JSON.stringify({ ...PROOF, at: 'soon' })],
    ['more than a proof has to say', JSON.stringify({ ...PROOF, more: 'x'.repeat(5_000) })],
  ])('that is %s enforces nothing', (_, written) => {
    expect(parseProof(written)).toEqual({ kind: 'unreadable' });
    expect(unprovenText(parseProof(written))).not.toBeNull();
  });

  test('has a moment and nothing beside it', () => {
    expect(parseProof(JSON.stringify({ ...PROOF, at: 'Nov 22 2026 03:00 UTC (\u001b[31m)' }))).toEqual(PROOF);
  });

  test('that failed says how, when and by whom, on one line whatever the name', () => {
    const failed = { ...PROOF, kind: 'failed', why: 'refused-with-tag', by: 'a\n\u001b[31m' } as const;
    expect(unprovenText(failed)).toBe(
      'the proof that logins here go by the tag failed at 2026-11-22T03:00:00.000Z, by a\\n\\u{1b}[31m: the database refused our function although it had its tag',
    );
  });
});

test('No text is no proof', () => {
  expect(parseProof(undefined)).toBeNull();
  expect(unprovenText(null)).not.toBeNull();
});

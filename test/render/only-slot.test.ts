import { describe, expect, test } from 'vitest';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { aPolicy, HOUR } from '../support/builders.ts';
import { runOf, sessionsOf, snapshotOf } from '../support/records.ts';

/** Roles of batches often may have one session. */

const POLICY = aPolicy({ relieve: { when: { freeSlots: 1 }, until: { freeSlots: 1 } } });
const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

function textsOf(sessions: number, slots: Parameters<typeof snapshotOf>[1]): string {
  const one = { count: sessions, application: 'nightly', user: 'batch', state: 'active', fromAgeMs: HOUR };
  const run = runOf({ snapshot: snapshotOf(sessionsOf([one]), slots), policy: POLICY });
  return flat(`${renderIncident(run).text} ${fullTextOf(run)}`);
}

describe('one slot is told in the singular where it is', () => {
  test('all that a role may have', () => {
    const text = textsOf(1, { roles: [{ name: 'batch', limit: 1 }] });
    expect(text).toContain('The only slot of role batch used');
    expect(text).not.toMatch(/\b1 (?:sessions|slots|are)\b/);
  });

  test('all that the server has for clients', () => {
    const text = textsOf(1, { max: 4 });
    expect(text).toContain('The only usable slot is taken');
    expect(text).not.toMatch(/\b1 (?:sessions|usable slots|slots|are)\b/);
  });

  test('all that it has, with some of the reserve', () => {
    const text = textsOf(2, { max: 4 });
    expect(text).toContain('the only slot and 1 of the reserve used');
    expect(text).toContain('The only usable slot and 1 of the reserve are taken');
  });

  test('none', () => {
    expect(textsOf(2, { max: 2 })).not.toMatch(/-\d+ (?:usable )?slots?/);
  });
});

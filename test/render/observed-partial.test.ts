import { expect, test } from 'vitest';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { OBSERVED } from '../support/incidents.ts';

test('a run that would end no session does not call that too few', () => {
  const record = OBSERVED['observe-partial']?.();
  if (record === undefined) throw new Error('There is no such incident.');
  const { plan } = record;
  const none = plan && { ...plan, victims: [] };
  const text = fullTextOf({ ...record, plan: none }).replaceAll(/\s+/g, ' ');
  expect(text).toContain('Would end no session.');
  expect(text).not.toContain('too few');
});

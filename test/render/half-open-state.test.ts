import { expect, test } from 'vitest';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import { factsOf } from '../../functions/render/base/facts.ts';
import { stateSentence } from '../../functions/render/message/state-sentence.ts';
import { recordings } from '../incidents/recordings.ts';

const sentenceOf = (name: string) => {
  const record = recordings().find(({ story }) => story.name === name)?.record;
  if (record === undefined) throw new Error(`${name} is not recorded`);
  return stateSentence(factsOf(explain(record, [])));
};

test.each(['half-open-clients-beside-a-storm', 'half-open-clients-unseen'])(
  'a server whose slots half-open clients may take is not said to have room: %s',
  (name) => {
    expect(sentenceOf(name)).toBe('refused clients, although not all slots show a session');
  },
);

test('a server with free slots is said to have room', () => {
  expect(sentenceOf('unclear-over-already')).toBe('refused clients, and has room now');
});

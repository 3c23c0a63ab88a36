import { describe, expect, test } from 'vitest';
import {
  BOUND,
  commentFigures,
  commentsOf,
  documentFigures,
  type Figure,
  figureOf,
  per1000,
  proseOf,
} from './language.ts';

/** One who-word may be about a person, in a text of any length. */
const rateOf = (figure: Figure) => (figure.whoWords === 1 ? 0 : per1000(figure));

describe('the language of documents', () => {
  test.each(documentFigures())('$name makes persons of people only', (figure) => {
    expect(rateOf(figure)).toBeLessThan(BOUND);
  });
});

describe('the language of comments', () => {
  test.each(commentFigures())('the comments of $name make persons of people only', (figure) => {
    expect(rateOf(figure)).toBeLessThan(BOUND);
  });
});

describe('the measure', () => {
  test('counts the words and the who-words of prose', () => {
    expect(figureOf('a', 'Whoever reads it, and whose it is: nobody knows.')).toEqual({
      name: 'a',
      words: 9,
      whoWords: 3,
    });
  });

  test('leaves out code, generated tables, figures and questions, and no other table', () => {
    const document = [
      'The server asks `who` is there.',
      '```sh',
      'whoever',
      '```',
      '<!-- table: b -->',
      '| who | whom |',
      '<!-- end: b -->',
      '<!-- figures: a -->',
      'nobody',
      '<!-- end: a -->',
      '| by hand, whose |',
      '## Who terminated my session?',
      'A run did, and [whose](who.md) one is in the log.',
    ].join('\n');
    expect(figureOf('a', proseOf(document))).toEqual({ name: 'a', words: 19, whoWords: 2 });
  });

  test('reads what comments say, and no code', () => {
    const source = "const who = 'whom'; // nobody\n/** Whose. */\nconst url = 'https://who';\n";
    expect(figureOf('a', commentsOf(source)).whoWords).toBe(2);
  });
});

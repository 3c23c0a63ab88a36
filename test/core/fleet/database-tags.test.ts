import { describe, expect, test } from 'vitest';
import { modeOfTag, readTags, TAG_WORDS, tagsOfMember } from '../../../functions/core/fleet/database-tags.ts';
import { MODES } from '../../../functions/core/policy/mode.ts';

const tags = (...pairs: readonly (readonly [string, string])[]) =>
  readTags(
    pairs.map(([key, value]) => ({ key, value })),
    'team',
  );

describe('Tags of a database', () => {
  test('name the mode, the policy and the owner', () => {
    const read = tags(['team', 'shop'], ['pg-headroom', 'enforce'], ['pg-headroom:policy', 'strict']);
    expect(read).toEqual({ tag: 'enforce', policy: 'strict', owner: 'shop' });
  });

  test('say nothing where there are none', () => {
    expect(tags()).toEqual({ tag: 'absent', policy: null, owner: null });
  });

  test.each(['Enforce', 'enforce ', '', 'on', 'true', 'constructor'])(
    'with the value %j are unknown, and off',
    (value) => {
      expect(tags(['pg-headroom', value]).tag).toBe('unknown');
      expect(modeOfTag('unknown')).toBe('off');
    },
  );

  test('are those of exactly our keys', () => {
    expect(tags(['PG-headroom', 'enforce'], ['pg-headroom:mode', 'enforce']).tag).toBe('absent');
  });
});

describe("A member's tag", () => {
  const of = (tag: (typeof TAG_WORDS)[number]) => ({ tag, policy: null, owner: null });
  const rank = (tag: (typeof TAG_WORDS)[number]) => MODES.indexOf(modeOfTag(tag));

  test('never raises the mode of its cluster, and lowers it where it is there', () => {
    for (const cluster of TAG_WORDS)
      for (const member of TAG_WORDS) {
        const { tag } = tagsOfMember(of(cluster), of(member));
        const expected = member === 'absent' ? rank(cluster) : Math.min(rank(cluster), rank(member));
        expect({ cluster, member, rank: rank(tag) }).toEqual({ cluster, member, rank: expected });
      }
  });

  test('has no say in the policy', () => {
    const both = tagsOfMember(
      { tag: 'enforce', policy: 'strict', owner: null },
      { tag: 'observe', policy: 'mild', owner: 'shop' },
    );
    expect(both).toEqual({ tag: 'observe', policy: 'strict', owner: 'shop' });
  });
});

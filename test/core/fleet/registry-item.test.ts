import { describe, expect, test } from 'vitest';
import { parseRegistryItem, registryItemText } from '../../../functions/core/fleet/registry-item.ts';
import { registered } from '../../support/fleet.ts';

const { accepted: _, ...item } = registered();
const read = (given: object, accepted?: string) =>
  parseRegistryItem(item.key, JSON.stringify({ ...item, ...given }), accepted);

describe('An item of the registry', () => {
  test('is read as it was written', () => {
    expect(parseRegistryItem(item.key, registryItemText(registered()), undefined)).toEqual(registered());
  });

  test('keeps what a later version added, and is written with it', () => {
    const later = read({ version: 2, colour: 'blue' });
    expect(later).toMatchObject({ version: 2, colour: 'blue' });
    expect(later && JSON.parse(registryItemText(later))).toMatchObject({ colour: 'blue' });
  });

  test('of an earlier version gets the most careful meaning for what it lacks', () => {
    const { key, resource, vpc, name, firstSeen, observeUntil, lastSeen } = item;
    const bare = JSON.stringify({ key, resource, vpc, name, firstSeen, observeUntil, lastSeen });
    expect(parseRegistryItem(key, bare, undefined)).toMatchObject({
      tag: 'absent',
      standing: 'skipped',
      host: null,
      network: null,
      rung: 'sweep',
    });
  });

  test.each([
    [{ tag: 'enforce-harder' }, { tag: 'unknown' }],
    [{ standing: 'flies' }, { standing: 'skipped' }],
    [{ why: 'moon' }, { why: 'status' }],
    [{ rung: 'bird' }, { rung: 'sweep' }],
    [{ kind: 'shard' }, { kind: 'instance' }],
  ])('with a word of another version, %j, is read as %j', (given, found) => {
    expect(read(given)).toMatchObject(found);
  });

  test.each([
    ['another key', { key: 'vpc-0abc#db-OTHER' }],
    ['another VPC', { vpc: 'vpc-0bad' }],
    ['another resource', { resource: 'db-OTHER' }],
    ['no name', { name: undefined }],
    ['a port that is none', { port: 'x' }],
    ['an IAM word', { iam: 'yes' }],
  ])('with %s is none', (_what, given) => {
    expect(read(given)).toBeNull();
  });

  test.each([undefined, '', 'null', '[]', '{"version":'])('is none in the text %j', (text) => {
    expect(parseRegistryItem(item.key, text, undefined)).toBeNull();
  });

  test('under a key that is none of a database is none', () => {
    expect(
      parseRegistryItem('cell#switch', JSON.stringify({ ...item, key: 'cell#switch' }), undefined),
    ).toBeNull();
  });

  test('has who accepted it beside it, and never in its own text', () => {
    const accepted = { by: 'alice', at: '2026-11-29T01:00:00.000Z' };
    expect(read({}, JSON.stringify(accepted))).toMatchObject({ accepted });
    expect(read({ accepted })).toMatchObject({ accepted: null });
    expect(registryItemText(registered({ accepted }))).not.toContain('alice');
  });

  test.each(['', '{"by":"alice"}', '{"by":"alice","at":"soon"}'])('is not accepted by %j', (text) => {
    expect(read({}, text)).toMatchObject({ accepted: null });
  });
});

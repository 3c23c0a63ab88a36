import { describe, expect, test } from 'vitest';
import { type HeardSummary, keepSummary, parseHeardSummary } from '../../functions/fleet/keep-summary.ts';
import { DIGEST_NOW, mixedSummary } from '../support/summaries-of-cells.ts';

/** An event as the rule of the bus hands it over: `account` is EventBridge's word, `detail` that of the sender. */
const eventOf = (detail: unknown, account: unknown = '222222222222') => ({
  ...{ version: '0', id: 'f0e1', 'detail-type': 'summary', source: 'pg-headroom', account },
  ...{ time: '2099-01-01T00:00:00Z', region: 'eu-central-1', resources: [], detail },
});

describe('What comes by the bus', () => {
  test('is of the account that the bus names, whatever the summary says', () => {
    const detail = { ...mixedSummary(), account: '999999999999' };
    expect(parseHeardSummary(eventOf(detail))).toEqual({
      account: '222222222222',
      region: 'eu-west-1',
      text: JSON.stringify(detail),
    });
  });

  test.each([
    ['no event', null],
    ['an event without an account', eventOf(mixedSummary(), null)],
    ['an account that is none', eventOf(mixedSummary(), '22222222222x')],
    ['an account that is an object', eventOf(mixedSummary(), { S: '222222222222' })],
    ['no detail', eventOf(undefined)],
    ['a text as detail', eventOf('summary')],
    ['a region that would be another attribute of the item', eventOf({ region: 'regions' })],
    ['a region that is the key of the item', eventOf({ region: 'account' })],
  ])('is no cell where it is %s', (_what, event) => {
    expect(parseHeardSummary(event)).toBeNull();
  });

  test('is kept without its text where that is too long, so that the cell is not silent and not believed', () => {
    const detail = { ...mixedSummary(), more: 'ä'.repeat(3_000) };
    expect(parseHeardSummary(eventOf(detail))).toMatchObject({ region: 'eu-west-1', text: '' });
    const deep = JSON.parse(`{"region":"eu-west-1","more":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    expect(parseHeardSummary(eventOf(deep))).toMatchObject({ region: 'eu-west-1', text: '' });
  });
});

describe('Keeping it', () => {
  async function kept(heard: HeardSummary | null, isTaken = true) {
    const calls: (readonly [HeardSummary, number])[] = [];
    const logged: string[] = [];
    await keepSummary(heard, {
      keep: async (...given) => {
        calls.push(given);
        return isTaken;
      },
      now: () => DIGEST_NOW,
      log: (event) => void logged.push(event),
    });
    return { calls, logged };
  }
  const heard = { account: '222222222222', region: 'eu-west-1', text: '{}' };

  test('goes by the clock of the hub, and not by that of the sender', async () => {
    expect(await kept(heard)).toEqual({ calls: [[heard, DIGEST_NOW]], logged: [] });
  });

  test('says so where an account claims more regions than there are, and where it is no cell', async () => {
    expect((await kept(heard, false)).logged).toEqual(['summary-of-too-many-regions']);
    expect(await kept(null)).toEqual({ calls: [], logged: ['summary-of-no-cell'] });
  });
});

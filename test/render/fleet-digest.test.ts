import { describe, expect, test } from 'vitest';
import { isPlainlyVisible } from '../../functions/core/base/clean-text.ts';
import { fleetDigest, type HeardCell } from '../../functions/core/fleet/fleet-digest.ts';
import { renderFleetDigest } from '../../functions/render/message/fleet-digest-message.ts';
import { fileOf, golden } from '../support/golden.ts';
import {
  calmSummary,
  DIGEST_CODE,
  DIGEST_NOW,
  heardCell,
  mixedFleet,
  mixedSummary,
} from '../support/summaries-of-cells.ts';

const ID = 'digest-2026-11-30T08:00:00.000Z';
const messageOf = (cells: readonly HeardCell[]) =>
  renderFleetDigest(fleetDigest(cells, DIGEST_NOW), ID, DIGEST_CODE);

describe('The digest as a message', () => {
  test.each([
    ['digest/mixed', mixedFleet()],
    ['digest/calm', [heardCell(111111111111), heardCell(111111111112)]],
    ['digest/silent', [heardCell(111111111111, { heardAt: DIGEST_NOW - 9 * 86_400_000 })]],
  ])('is as in the golden file %s', async (name, cells) => {
    const message = messageOf(cells);
    expect(fileOf(message)).toBe(await golden(name, message));
  });

  test('has a subject that SNS takes, a kind, and an urgency that wakes nobody', () => {
    const { subject, attributes } = messageOf(mixedFleet());
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(attributes).toMatchObject({ kind: 'digest', severity: 'warning' });
    expect(messageOf([heardCell(1)]).attributes.severity).toBe('info');
    expect(messageOf([]).attributes.severity).toBe('warning');
  });

  test('of a calm fleet asks for nothing', () => {
    const { text } = messageOf([heardCell(1), heardCell(2)]);
    expect(text).toContain('There is nothing to do');
    expect(text).not.toMatch(/TO DO|NOT HEARD|VERSIONS|NEW/);
  });

  test('never calls silence health', () => {
    for (const cells of [
      [],
      [heardCell(1, { heardAt: DIGEST_NOW - 9 * 86_400_000 })],
      [heardCell(1, { summary: null })],
    ])
      expect(messageOf(cells).text).not.toContain('There is nothing to do');
  });

  test('has one command for each need, all of whose words are ours', () => {
    const commands = messageOf(mixedFleet())
      .text.split('\n')
      .filter((line) => line.startsWith('    '));
    expect(commands.length).toBeGreaterThan(3);
    for (const line of commands)
      expect(line).toMatch(
        /^ {4}(headroom fleet status|headroom fleet list --at [a-z]+|aws cloudwatch describe-alarms --alarm-names pg-headroom-fleet-unwell) --region [a-z0-9-]+ {3}# as account \d{12}$/,
      );
  });

  test.each([
    ['10,000 cells of which all are different', 10_000, 0],
    ['10,000 silent cells', 0, 10_000],
  ])('stays short for %s', (_what, speaking, silent) => {
    const code = (at: number) => `0.1.${at % 1_000}`;
    const mixed = mixedSummary();
    const cells = [
      ...Array.from({ length: speaking }, (_, at) =>
        heardCell(at, { summary: { ...mixed, code: code(at), isBlind: true } }),
      ),
      ...Array.from({ length: silent }, (_, at) => heardCell(at, { heardAt: DIGEST_NOW - 9 * 86_400_000 })),
    ];
    const { subject, text, chat } = messageOf(cells);
    expect(text.split('\n').length).toBeLessThan(100);
    if (silent > 0) expect(text).toContain('- 9960 more accounts.');
    expect(subject.length).toBeLessThan(100);
    expect(chat.content.title.length).toBeLessThanOrEqual(250);
    expect(chat.content.nextSteps?.every((each) => each.length <= 350)).toBe(true);
    expect(text.split('\n').every(isPlainlyVisible)).toBe(true);
  });

  test('has a subject that SNS takes whatever the largest numbers are', () => {
    const most = calmSummary(1_000_000);
    const cells = Array.from({ length: 20_000 }, (_, at) =>
      heardCell(at, at % 2 === 0 ? { summary: most } : { summary: null }),
    );
    expect(messageOf(cells).subject).toBe(
      'FLEET week: 10000000000 databases in 10000 cells, 10000000000 enforcing; 10000 cells not heard',
    );
  });

  test('names a silent cell beside an account that claims fifty regions', () => {
    const heardAt = DIGEST_NOW - 9 * 86_400_000;
    const many = Array.from({ length: 50 }, (_, at) =>
      heardCell(1, { region: `xx-west-${at + 1}`, heardAt }),
    );
    const { text } = messageOf([...many, heardCell(2, { heardAt })]);
    expect(text).toContain('- 000000000002 eu-west-1, last on');
    expect(text).toContain('- 000000000001 xx-west-1, xx-west-10');
    expect(text).toContain('and 42 more, last on');
  });

  test('names what is new, blind or of another version beside an account that claims fifty regions', () => {
    const seen = (at: number, name: string) => ({
      summary: calmSummary(1, { isBlind: true, code: `0.0.${at}`, fresh: { databases: 1, names: [name] } }),
    });
    const many = Array.from({ length: 50 }, (_, at) =>
      heardCell(1, { region: `xx-west-${at + 1}`, ...seen(at, 'loud') }),
    );
    const { text } = messageOf([...many, heardCell(2, seen(77, 'mine'))]);
    expect(text).toContain('- 000000000002 eu-west-1: mine.');
    expect(text).toContain('- 000000000002 eu-west-1: the API of RDS does not answer.');
    expect(text).toContain('- 000000000002 eu-west-1: runs 0.0.77, older than');
  });

  test('does not say that no cell ever spoke where what one said is no summary', () => {
    expect(messageOf([]).text).toContain('or ever: name the bus as EventBusArn');
    expect(messageOf([heardCell(1, { summary: null })]).text).not.toContain('or ever');
  });
});

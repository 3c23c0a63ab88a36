import { describe, expect, test } from 'vitest';
import { CALM } from '../../functions/core/fleet/attention.ts';
import { proofText } from '../../functions/core/fleet/cell-proof.ts';
import { fitLines } from '../../functions/render/terminal/fit-lines.ts';
import { renderFleetList, renderFleetWhy } from '../../functions/render/terminal/fleet-list-text.ts';
import { renderFleetStatus } from '../../functions/render/terminal/fleet-status-text.ts';
import { plain } from '../../functions/render/terminal/paint.ts';
import { PROOF, PROOF_TEXT } from '../support/fleet.ts';
import { cellOf, itemOfDatabase, memoryOfDatabase, mixedCell } from '../support/fleet-cells.ts';

/** What people read about a cell. */

const screen = (columns: number) => ({ columns, all: false });
const statusAt = (columns: number, view = mixedCell()) =>
  fitLines(renderFleetStatus(view, plain, screen(columns)), columns);

test('The status begins with the counts, then has the ladder, what to do next and what drifted', () => {
  const text = statusAt(80);
  expect(text.split('\n')[0]).toBe('eu-west-1, account 111122223333: 18 databases, 12 tagged, 5 enforcing');
  expect(text.match(/^[A-Z]{2,}$/gm)).toEqual(['PROOF', 'LADDER', 'NEXT', 'DRIFT']);
  expect(text).toContain(`  IAM on                9     2  passwords and tiny`);
});

test('Each step that something waits for has one next command, and no step has two', () => {
  const steps = statusAt(80).match(
    /^ {2}- (tagged|network|IAM on|group admits|role|trigger|reserve|observing|enforcing):/gm,
  );
  expect(steps?.map((line) => line.slice(4, -1))).toEqual([
    ...['tagged', 'network', 'IAM on', 'group admits', 'role', 'trigger', 'reserve', 'enforcing'],
  ]);
});

test('A command that is too long for a screen stands where one database is looked at', () => {
  expect(statusAt(80)).toContain('      headroom fleet why walled');
  const view = mixedCell();
  const walled = view.places.find(({ seen }) => seen.database.name === 'walled');
  expect(walled && renderFleetWhy(view, walled, plain)).toContain('aws ec2 authorize-security-group-ingress');
});

test.each([60, 80])('At %i columns no line but a command is wider', (columns) => {
  const wide = statusAt(columns)
    .split('\n')
    .filter((line) => line.length > columns && !line.startsWith('      '));
  expect(wide).toEqual([]);
});

test('A cell in which everything enforces says so in a table, and asks for nothing', () => {
  const text = statusAt(80, cellOf([itemOfDatabase('orders')]));
  expect(text).toContain('1 database, 1 tagged, 1 enforcing');
  expect(text).not.toMatch(/NEXT|DRIFT|SWITCHES/);
});

test('A cell without databases is one line', () => {
  expect(statusAt(80, cellOf([]))).toBe('eu-west-1: no database of PostgreSQL is known yet.');
});

describe('Whether logins go by the tag', () => {
  const cellWith = (proof: string, tag: 'enforce' | 'observe' = 'enforce') =>
    cellOf([itemOfDatabase('orders', { tag })], {}, [{ key: 'cell#switch', proof }]);

  test('is said first, with its author, moment and database', () => {
    expect(statusAt(80, cellWith(PROOF_TEXT))).toContain(
      'PROOF\n  Logins go by the tag: proven 2026-11-22 03:00:00 UTC by alice, with',
    );
    const ids = proofText({ ...PROOF, kind: 'ids' });
    expect(statusAt(100, cellWith(ids))).toContain(
      'Login roles name databases by their ids: said 2026-11-22 03:00:00 UTC by\n  alice.',
    );
  });

  test.each([
    ['no proof that can be read', 'x', 'cannot be read'],
    ['a proof that failed', proofText({ ...PROOF, kind: 'failed', why: 'in-without-tag' }), 'failed at'],
  ])('by %s enforces nothing, and has one command, on a line of its own', (_, proof, says) => {
    const text = statusAt(60, cellWith(proof));
    const oneLine = text.replaceAll(/\s+/g, ' ');
    expect(oneLine).toContain('1 tagged, 0 enforcing');
    expect(oneLine).toContain('Nothing is enforced: the proof that logins here go by');
    expect(oneLine).toContain(says);
    const command = '\n      headroom preflight --fleet --region eu-west-1 --prove TEST\n';
    expect(text).toContain(command);
    const [place] = cellWith(proof).places;
    expect(place?.next).toEqual({ step: 'enforcing', problem: 'unproven' });
    expect(place && renderFleetWhy(cellWith(proof), place, plain)).toContain(command.trimEnd());
  });

  test('holds no database down that its owners only want to be observed', () => {
    expect(cellWith('x', 'observe').places[0]?.next?.problem).toBe('tag-observe');
  });
});

test('A switch is said before everything else, with its author, reason and end', () => {
  const people = JSON.stringify({
    mode: 'observe',
    by: 'ada',
    at: '2026-11-29T03:00:00Z',
    reason: 'drill',
    until: '2026-11-29T05:00:00Z',
  });
  const text = statusAt(80, cellOf([itemOfDatabase('orders')], {}, [{ key: 'cell#switch', people }]));
  expect(text).toContain(
    'SWITCHES\n  The cell is switched to observe since 2026-11-29 03:00:00 UTC by ada, drill,\n  until 2026-11-29 05:00:00 UTC.',
  );
});

describe('One database', () => {
  const whyOf = (view: ReturnType<typeof cellOf>) => {
    const [place] = view.places;
    if (place === undefined) throw new Error('The cell has no database.');
    return renderFleetWhy(view, place, plain);
  };

  test('that fails is never said to be looked after', () => {
    const attention = { ...CALM, failures: 3, failedAt: null, failedBy: 'connect-unreachable' };
    const text = whyOf(cellOf([itemOfDatabase('orders')], { orders: memoryOfDatabase({ attention }) }));
    expect(text).toMatch(/^orders is not looked after: it waits at group admits\./);
    expect(text).toContain('3 runs in a row failed, by connect-unreachable.');
    expect(text).toContain('  ✓ IAM on\n  ✗ group admits\n  · role');
  });

  test('that observes has every limit of its mode', () => {
    const text = whyOf(
      cellOf([itemOfDatabase('orders', { tag: 'observe', observeUntil: '2026-11-30T00:00:00Z' })]),
    );
    expect(text).toMatch(/^orders is observed: none of its sessions ends\./);
    expect(text).toContain('- tag: the tag is observe.');
    expect(text).toContain(
      '- quarantine: new here: it observes until 2026-11-30 00:00:00 UTC unless\n    accepted.',
    );
  });

  test('cannot write a line or a colour by what its tags say', () => {
    const text = whyOf(cellOf([itemOfDatabase('orders', { owner: 'a\u001b[31m\nNEXT', policy: 'b\nc' })]));
    expect(text).not.toContain('\u001b');
    expect(text.match(/^NEXT$/gm) ?? []).toHaveLength(1);
  });
});

test('A list has a line for each database, and fits a narrow screen', () => {
  const lines = renderFleetList(mixedCell().places, plain, screen(60)).split('\n');
  expect(lines).toHaveLength(20);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  expect(lines.find((line) => line.includes('walled'))).toMatch(/walled +enforce +off +group admits/);
});

import { describe, expect, test } from 'vitest';
import { CALM } from '../../../functions/core/fleet/attention.ts';
import { cellDocument } from '../../../functions/core/fleet/cell-document.ts';
import { LADDER, ladderRows } from '../../../functions/core/fleet/ladder.ts';
import { loginPolicy } from '../../../functions/core/fleet/login-policy.ts';
import { nextStep } from '../../../functions/core/fleet/next-command.ts';
import type { RegistryItem } from '../../../functions/core/fleet/registry-item.ts';
import { findDatabase } from '../../../functions/core/fleet/seen-cell.ts';
import {
  cellOf,
  itemOfDatabase,
  keyOfDatabase,
  memoryOfDatabase,
  mixedCell,
  resourceOf,
  rowOfDatabase,
} from '../../support/fleet-cells.ts';

/** How far a database is, what keeps it there, and what to do. */

const placeOf = (fields: Partial<RegistryItem>, memory = memoryOfDatabase()) => {
  const [place] = cellOf([itemOfDatabase('orders', fields)], { orders: memory }).places;
  if (place === undefined) throw new Error('The cell has no database.');
  return place;
};
const failing = (failedBy: string) =>
  memoryOfDatabase({ attention: { ...CALM, failures: 2, failedAt: '2026-11-29T03:10:00Z', failedBy } });

describe('A database', () => {
  test('that has everything is on the last step', () => {
    expect(placeOf({})).toMatchObject({ reached: LADDER, next: null, lacking: [], aside: null });
  });

  test.each([
    ['tagged', 'untagged', { tag: 'absent', standing: 'untagged' }],
    ['tagged', 'tag-off', { tag: 'off', standing: 'untagged', why: 'off' }],
    ['tagged', 'tag-unknown', { tag: 'unknown', standing: 'untagged', why: 'unknown-tag' }],
    ['network', 'no-network', { network: null, standing: 'skipped', why: 'no-network' }],
    ['iam', 'iam-off', { iam: false, standing: 'skipped', why: 'iam-off' }],
    ['iam', 'iam-too-small', { iam: false, iamTooSmall: true, standing: 'skipped', why: 'iam-too-small' }],
    ['enforcing', 'tag-observe', { tag: 'observe' }],
    ['enforcing', 'quarantine', { observeUntil: '2026-11-29T20:00:00Z' }],
    ['enforcing', 'policy-problem', { policy: 'of-nobody' }],
  ] as const)('waits at %s because of %s', (step, problem, fields) => {
    const { next, reached } = placeOf(fields);
    expect(next).toEqual({ step, problem });
    expect(reached).toEqual(LADDER.slice(0, LADDER.indexOf(step)));
  });

  test.each([
    ['network', 'no-tables', 'registry-unreadable'],
    ['network', 'no-tables', 'memory-unreadable'],
    ['admitted', 'not-admitted', 'connect-unreachable'],
    ['role', 'role-missing', 'connect-authentication'],
    ['role', 'role-missing', 'blind-role'],
    ['role', 'run-fails', 'statement-failed'],
  ])('waits at %s because of %s when its runs fail by %s', (step, problem, code) => {
    expect(placeOf({}, failing(code)).next).toEqual({ step, problem });
  });

  test.each([
    ['trigger', 'log-not-exported', { rung: 'sweep', logGroup: null }, memoryOfDatabase()],
    ['trigger', 'no-free-trigger', { rung: 'sweep' }, memoryOfDatabase()],
    ['reserve', 'no-reserve', {}, memoryOfDatabase({ told: ['reserve'] })],
  ] as const)('goes on without %s (%s)', (step, problem, fields, memory) => {
    const { next, lacking, reached } = placeOf(fields, memory);
    expect(next).toBeNull();
    expect(lacking).toEqual([{ step, problem }]);
    expect(reached).toEqual(LADDER.filter((each) => each !== step));
  });

  test('that is paused waits for those who paused it', () => {
    const pause = { at: '2026-11-29T03:00:00Z', by: 'ada', reason: null, until: null };
    expect(placeOf({}, memoryOfDatabase({ pause })).next).toEqual({ step: 'enforcing', problem: 'paused' });
  });

  test.each([
    ['declared as crown-jewels', { standing: 'declared', declaredAs: 'crown-jewels' }],
    ['unsupported: limitless', { standing: 'unsupported', why: 'limitless' }],
    ['RDS says upgrading', { standing: 'skipped', why: 'status', status: 'upgrading' }],
    ['gone', { standing: 'skipped', why: 'gone' }],
  ] as const)('is aside: %s', (aside, fields) => {
    expect(placeOf(fields)).toMatchObject({ aside, reached: [], next: null });
  });
});

describe('The switches', () => {
  const withSwitch = (people: object) =>
    cellOf([itemOfDatabase('orders')], {}, [{ key: 'cell#switch', people: JSON.stringify(people) }])
      .places[0];

  test('of the cell hold all databases down, and the command ends that', () => {
    const place = withSwitch({ mode: 'observe', by: 'ada', at: null, reason: 'drill', until: null });
    expect(place?.next).toEqual({ step: 'enforcing', problem: 'held-down' });
    expect(place && nextStep(place, 'held-down', 'eu-west-1').command).toBe('headroom fleet resume --cell');
  });

  test('to off take them from observing', () => {
    expect(withSwitch({ mode: 'off' })?.next).toEqual({ step: 'observing', problem: 'switched-off' });
  });

  test('count no more after their end', () => {
    expect(withSwitch({ mode: 'off', until: '2026-11-29T03:19:00Z' })?.next).toBeNull();
  });
});

test('Acceptance ends the first day of a database', () => {
  const item = itemOfDatabase('orders', { observeUntil: '2026-11-29T20:00:00Z' });
  const accepted = JSON.stringify({ by: 'ada', at: '2026-11-29T03:00:00Z' });
  const view = cellOf([], {}, [rowOfDatabase(item, accepted)]);
  expect(view.places[0]?.next).toBeNull();
});

test('The rows count what has each step and what waits for it', () => {
  const rows = ladderRows(mixedCell().places.filter(({ aside }) => aside === null));
  expect(rows.map(({ step, reached, waiting }) => [step, reached, waiting.length])).toEqual([
    ['tagged', 12, 3],
    ['network', 11, 1],
    ['iam', 9, 2],
    ['admitted', 8, 1],
    ['role', 7, 1],
    ['trigger', 6, 1],
    ['reserve', 6, 1],
    ['observing', 7, 0],
    ['enforcing', 5, 2],
  ]);
});

test('Each problem has words, and a command or a decision of people', () => {
  const { places } = mixedCell();
  const steps = places.flatMap((place) =>
    [place.next, ...place.lacking].flatMap((gap) =>
      gap === null ? [] : [[gap.problem, nextStep(place, gap.problem, 'eu-west-1')] as const],
    ),
  );
  const withoutCommand = steps.filter(([, { command }]) => command === null).map(([problem]) => problem);
  expect(withoutCommand).toEqual(['iam-too-small']);
  for (const [, { command }] of steps)
    if (command?.startsWith('aws ')) expect(command).toMatch(/--region eu-west-1|GROUP/);
});

test('A member of a cluster is tagged and changed by its cluster', () => {
  const cluster = {
    resource: 'cluster-ABC',
    name: 'shop',
    arn: 'arn:aws:rds:eu-west-1:111122223333:cluster:shop',
  };
  const untagged = placeOf({ kind: 'member', cluster, tag: 'absent', standing: 'untagged' });
  expect(nextStep(untagged, 'untagged', 'eu-west-1').command).toContain(cluster.arn);
  const off = placeOf({ kind: 'member', cluster, iam: false, standing: 'skipped', why: 'iam-off' });
  expect(nextStep(off, 'iam-off', 'eu-west-1').command).toContain(
    'modify-db-cluster --region eu-west-1 --db-cluster-identifier shop',
  );
});

test('A name that means something to a shell is one word of the command', () => {
  const place = placeOf({ name: "a'b; rm -rf /", observeUntil: '2026-11-29T20:00:00Z' });
  expect(nextStep(place, 'quarantine', 'eu-west-1').command).toBe(
    `headroom fleet accept 'a'\\''b; rm -rf /'`,
  );
});

describe('A database is found', () => {
  const again = itemOfDatabase('orders', {
    key: `${keyOfDatabase('older')}`,
    resource: resourceOf('older'),
    standing: 'skipped',
    why: 'gone',
  });
  const view = cellOf([itemOfDatabase('orders'), again]);

  test.each([
    'orders',
    resourceOf('orders'),
    keyOfDatabase('orders'),
    'arn:aws:rds:eu-west-1:111122223333:db:orders',
  ])('by %s', (named) => {
    expect(findDatabase(view, named).map(({ seen }) => seen.database.key)).toEqual([keyOfDatabase('orders')]);
  });

  test('also when it is gone, where nothing else has its name', () => {
    expect(findDatabase(view, resourceOf('older'))).toHaveLength(1);
    expect(findDatabase(view, 'nothing')).toEqual([]);
  });
});

test('A row that is no item of ours is counted, and keeps nothing else from being seen', () => {
  const view = cellOf([itemOfDatabase('orders')], {}, [{ key: 'vpc-0a#db-X', item: '{"half' }]);
  expect(view.unreadable).toEqual(['vpc-0a#db-X']);
  expect(view.places).toHaveLength(1);
  expect(cellDocument(view)).toMatchObject({ unreadable: ['vpc-0a#db-X'], account: '111122223333' });
});

describe('The fallback for accounts whose IAM does not look at tags', () => {
  test('names each database by its id, a member by its cluster', () => {
    const cluster = {
      resource: 'cluster-ABC',
      name: 'shop',
      arn: 'arn:aws:rds:eu-west-1:111122223333:cluster:shop',
    };
    const items = [
      itemOfDatabase('orders'),
      itemOfDatabase('watched', { tag: 'observe' }),
      itemOfDatabase('off', { tag: 'off' }),
      itemOfDatabase('member', { kind: 'member', cluster }),
    ];
    const databases = cellOf(items).places.map(({ seen }) => seen.database);
    const arn = (resource: string, user: string) =>
      `arn:aws:rds-db:eu-west-1:111122223333:dbuser:${resource}/${user}`;
    expect(loginPolicy(databases).Statement.map(({ Resource }) => Resource.toSorted())).toEqual([
      [arn('cluster-ABC', 'headroom'), arn(resourceOf('orders'), 'headroom')],
      [
        arn('cluster-ABC', 'headroom_observer'),
        arn(resourceOf('orders'), 'headroom_observer'),
        arn(resourceOf('watched'), 'headroom_observer'),
      ],
    ]);
  });

  test('allows nothing where nothing is tagged', () => {
    expect(loginPolicy([]).Statement).toEqual([]);
  });
});

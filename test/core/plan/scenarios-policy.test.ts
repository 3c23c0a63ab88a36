import { describe, expect, test } from 'vitest';
import { pathsRefused, refusedAt } from '../../events/refused.ts';
import { check, idleFor, one, rows, type Scenario } from './scenario.ts';

const idle = (minAge: string) => ({ state: 'idle', minAge });

describe('F1: a policy with faults is refused, every problem with its path', () => {
  const FAULTS: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['an option that does not exist', { excludeUser: ['x'] }, ['excludeUser']],
    ['an age without a unit', { relieve: { ladder: [idle('5')] } }, ['relieve.ladder[0].minAge']],
    ['more than 100 percent', { relieve: { when: { usedPercent: 140 } } }, ['relieve.when.usedPercent']],
    [
      'until above when',
      { relieve: { when: { usedPercent: 80 }, until: { usedPercent: 90 } } },
      ['relieve.until'],
    ],
    [
      'until below when, in free slots',
      { relieve: { when: { freeSlots: 10 }, until: { freeSlots: 9 } } },
      ['relieve.until'],
    ],
    ['two units', { relieve: { when: { usedPercent: 95 }, until: { freeSlots: 20 } } }, ['relieve.until']],
    [
      'a rung that can add nobody',
      { relieve: { ladder: [idle('2m'), idle('10m')] } },
      ['relieve.ladder[1].minAge'],
    ],
    ['a network with host bits', { include: { addresses: ['10.0.0.1/8'] } }, ['include.addresses[0]']],
    ['an empty name', { protect: { users: ['a', ''] } }, ['protect.users[1]']],
  ];

  test.each(FAULTS)('%s', (_, policy, paths) => {
    expect(pathsRefused(policy)).toEqual(paths);
  });

  const EVERYTHING = {
    excludeUser: ['x'],
    relieve: {
      when: { usedPercent: 140 },
      until: { freeSlots: 10 },
      ladder: [idle('5'), idle('2m'), idle('10m')],
    },
    include: { users: [''], addresses: ['10.0.0.1/8'] },
  };
  const EVERY_PATH = [
    'excludeUser',
    'include.addresses[0]',
    'include.users[0]',
    'relieve.ladder[0].minAge',
    'relieve.ladder[2].minAge',
    'relieve.until',
    'relieve.when.usedPercent',
  ];

  test('all of them at once', () => {
    expect(pathsRefused(EVERYTHING)).toEqual(EVERY_PATH);
  });

  test('each problem says what was found and what is allowed', () => {
    expect(refusedAt({ excludeUser: ['x'], relieve: { ladder: [idle('5')] } })).toEqual([
      { path: 'relieve.ladder[0].minAge', found: '"5"', allowed: expect.stringContaining('"10m"') },
      { path: 'excludeUser', found: '["x"]', allowed: expect.stringContaining('relieve') },
    ]);
  });
});

const AT = (address: string, pid = 1) => one(`${pid} app@shop api x idle 9999`, { address });
const included = (addresses: readonly string[]) => ({ ...idleFor('10s'), include: { addresses } });

/** Which addresses a list takes, and which it does not. */
const ADDRESSES: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
  [['10.0.3.0/28'], ['10.0.3.0', '10.0.3.15'], ['10.0.3.16', '10.0.2.255', '10.0.30.1', '']],
  [['10.0.3.7/32'], ['10.0.3.7'], ['10.0.3.6', '10.0.3.70']],
  [['10.0.3.7'], ['10.0.3.7', '::ffff:10.0.3.7'], ['10.0.3.70', '110.0.3.7']],
  [['10.0.0.0/8'], ['::ffff:10.1.2.3', '::ffff:a01:203'], ['::ffff:11.1.2.3', 'local']],
  [['::ffff:10.0.3.0/124'], ['10.0.3.1', '::ffff:10.0.3.15'], ['10.0.3.16']],
  [['0.0.0.0/0'], ['1.2.3.4', '255.255.255.255'], ['local', '', '2001:db8::1', '::1']],
  [['2001:db8::/32'], ['2001:db8::1', '2001:0DB8:ffff:0:0:0:0:1'], ['2001:db9::1', '10.0.0.1']],
  [['::1/128'], ['::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1', 'local']],
  [['::/0'], ['::1', 'fe80::1'], ['local', '']],
  [['local'], ['local'], ['127.0.0.1', '::1', '']],
  [['(none)'], [''], ['local', '10.0.0.1']],
  [['*'], ['local', '', '10.0.0.1', '::1'], []],
  [[], [], ['local', '', '10.0.0.1']],
  [['192.168.0.0/16', 'local'], ['192.168.255.1', 'local'], ['192.169.0.1']],
];

/** Which names a list takes, and which it does not. */
const NAMES: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
  [['app'], ['app'], ['app_admin', 'my-app', 'App', 'APP', '']],
  [['app*'], ['app', 'app_admin', 'apple'], ['my-app', 'App']],
  [['*app'], ['app', 'my-app'], ['app_admin']],
  [['*app*'], ['app', 'my-app-2'], ['ap', 'a-p-p']],
  [['a*b*c'], ['abc', 'a-b-b-c', 'aXbYc'], ['ac', 'acb', 'ab']],
  [['*'], ['app', '', '(none)'], []],
  [['(none)'], [''], ['app', ' ', 'none']],
  [['(none)', 'app'], ['', 'app'], ['app2']],
  [['a.c'], ['a.c'], ['abc', 'a-c']],
  [['[3 of 10]'], ['[3 of 10]'], ['3']],
  [['a?c'], ['a?c'], ['abc']],
  [['a%20b'], ['a%20b'], ['a b', 'a20b']],
  [['app '], ['app '], ['app']],
  [
    ['größe', '日本'],
    ['größe', '日本'],
    ['GRÖSSE', 'grosse', '日本語'],
  ],
];

const ADDRESS_ROWS: readonly Scenario[] = ADDRESSES.flatMap(([list, taken, left]) => {
  const sessions = [...taken, ...left].map((address, index) => AT(address, index + 1));
  const [takenPids, leftPids] = [sessions.slice(0, taken.length), sessions.slice(taken.length)].map((part) =>
    part.map(({ pid }) => pid ?? 0),
  );
  const text = JSON.stringify(list);
  return [
    {
      id: 'F+1',
      what: `include.addresses ${text} takes ${taken.join(' ')} and not ${left.join(' ')}`,
      sessions,
      policy: included(list),
      expected: { victims: takenPids ?? [] },
    },
    {
      id: 'F+2',
      what: `protect.addresses ${text} spares the same`,
      sessions,
      policy: { ...idleFor('10s'), protect: { addresses: list } },
      expected: { victims: leftPids ?? [] },
    },
  ];
});

const NAME_ROWS: readonly Scenario[] = NAMES.flatMap(([list, taken, left]) => {
  const sessions = [...taken, ...left].map((application, index) =>
    one(`${index + 1} app@shop api local idle 9999`, { application }),
  );
  const isTaken = ({ application }: { readonly application: string }) => taken.includes(application);
  // Groups of one each go by name.
  const inOrder = sessions.toSorted((a, b) => (a.application < b.application ? -1 : 1));
  const pidsWhere = (wanted: boolean) =>
    inOrder.filter((session) => isTaken(session) === wanted).map(({ pid }) => pid ?? 0);
  const text = JSON.stringify(list);
  return [
    {
      id: 'F+3',
      what: `include.applications ${text} takes ${JSON.stringify(taken)}`,
      sessions,
      policy: { ...idleFor('10s'), include: { applications: list } },
      expected: { victims: pidsWhere(true) },
    },
    {
      id: 'F+4',
      what: `protect.applications ${text} spares the same`,
      sessions,
      policy: { ...idleFor('10s'), protect: { applications: list } },
      expected: { victims: pidsWhere(false) },
    },
  ];
});

describe('What lists of addresses and names mean to the plan', () => {
  test.each(rows([...ADDRESS_ROWS, ...NAME_ROWS]))('%s', (_, scenario) => check(scenario));
});

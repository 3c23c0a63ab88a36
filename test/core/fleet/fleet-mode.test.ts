import { describe, expect, test } from 'vitest';
import type { FleetSwitch } from '../../../functions/core/fleet/cell-items.ts';
import { fleetMode, MODE_SOURCES, type ModeFacts } from '../../../functions/core/fleet/fleet-mode.ts';
import { MODES, type Mode } from '../../../functions/core/policy/mode.ts';
import { FLEET_NOW, PROOF, registered } from '../../support/fleet.ts';

const FREE: ModeFacts = {
  database: registered(),
  policyMode: 'enforce',
  policyProblem: null,
  organisation: null,
  cell: null,
  proof: PROOF,
  blindSince: null,
  pause: null,
  now: FLEET_NOW,
};
const pause = { at: '2026-11-29T02:00:00.000Z', by: 'alice', reason: null, until: null };
const switchAt = (mode: Mode): FleetSwitch => ({
  mode,
  by: 'alice',
  at: null,
  reason: 'test',
  until: null,
  problem: null,
});
const quarantined = registered({ observeUntil: '2026-11-29T03:00:00.001Z' });

describe('The mode in force', () => {
  test('is enforce where nothing lowers it, and only then may our role signal', () => {
    expect(fleetMode(FREE)).toEqual({ mode: 'enforce', limits: [], maySignal: true });
  });

  test('is the weakest of tag, policy, switches and quarantine, in every combination', () => {
    const tags = ['absent', 'unknown', ...MODES] as const;
    const switches = [null, ...MODES.map(switchAt)];
    for (const tag of tags)
      for (const policyMode of [null, ...MODES])
        for (const organisation of switches)
          for (const cell of switches)
            for (const isNew of [false, true]) {
              const database = registered({ ...(isNew && quarantined), tag });
              const found = fleetMode({ ...FREE, database, policyMode, organisation, cell });
              const ranks = [
                tag === 'absent' || tag === 'unknown' ? 0 : MODES.indexOf(tag),
                MODES.indexOf(policyMode ?? 'enforce'),
                MODES.indexOf(organisation?.mode ?? 'enforce'),
                MODES.indexOf(cell?.mode ?? 'enforce'),
                isNew ? 1 : 2,
              ];
              expect(MODES.indexOf(found.mode)).toBe(Math.min(...ranks));
              expect(found.maySignal).toBe(found.mode === 'enforce');
              expect(found.limits).toHaveLength(ranks.filter((rank) => rank < 2).length);
            }
  });

  test.each(['skipped', 'unsupported', 'declared', 'untagged'] as const)(
    'of a database that is %s is off',
    (standing) => {
      expect(fleetMode({ ...FREE, database: registered({ standing }) })).toMatchObject({
        mode: 'off',
        maySignal: false,
      });
    },
  );

  test('stays during a pause, in which no role may signal', () => {
    const found = fleetMode({ ...FREE, pause });
    expect(found).toEqual({
      mode: 'enforce',
      maySignal: false,
      limits: [{ source: 'pause', mode: 'observe', why: 'paused by alice, without an end' }],
    });
  });

  test('is observe while it is not known which database is behind an address', () => {
    const found = fleetMode({ ...FREE, blindSince: '2026-11-29T02:00:00.000Z' });
    expect(found).toMatchObject({ mode: 'observe', maySignal: false, limits: [{ source: 'sight' }] });
  });

  test.each<[string, ModeFacts['proof'], RegExp]>([
    ['no proof', null, /^nothing proves that logins here go by the tag: headroom preflight --fleet --/],
    [
      'a failed proof',
      { ...PROOF, kind: 'failed', why: 'in-without-tag' },
      /failed at .*, by alice: .* without its tag: h/,
    ],
    ['an unreadable proof', { kind: 'unreadable' }, /cannot be read: headroom/],
  ])('is observe where there is %s, whatever else enforces', (_, proof, why) => {
    const limits = [{ source: 'proof', mode: 'observe', why: expect.stringMatching(why) }];
    expect(fleetMode({ ...FREE, proof })).toEqual({ mode: 'observe', maySignal: false, limits });
    expect(fleetMode({ ...FREE, proof, cell: switchAt('off') }).mode).toBe('off');
  });

  test('may be enforce where login roles name databases by their ids', () => {
    expect(fleetMode({ ...FREE, proof: { ...PROOF, kind: 'ids' } }).mode).toBe('enforce');
  });

  test('of a policy that is missing or broken is observe, whatever it said before', () => {
    const found = fleetMode({ ...FREE, policyMode: null, policyProblem: 'there is none' });
    expect(found).toMatchObject({ mode: 'observe', limits: [{ source: 'policy' }] });
  });

  test('says each limit, in one order', () => {
    const all = fleetMode({
      database: { ...quarantined, tag: 'off', standing: 'skipped', why: 'off' },
      policyMode: 'observe',
      policyProblem: null,
      organisation: switchAt('observe'),
      cell: switchAt('off'),
      proof: null,
      blindSince: '2026-11-29T02:00:00.000Z',
      pause,
      now: FLEET_NOW,
    });
    expect(all.limits.map(({ source }) => source)).toEqual(MODE_SOURCES);
  });
});

describe('A quarantine', () => {
  test('ends at its moment, or when a person accepts the database', () => {
    const modeAt = (now: number, database = quarantined) => fleetMode({ ...FREE, database, now }).mode;
    expect(modeAt(FLEET_NOW)).toBe('observe');
    expect(modeAt(FLEET_NOW + 1)).toBe('enforce');
    expect(modeAt(FLEET_NOW, { ...quarantined, accepted: { by: 'alice', at: pause.at } })).toBe('enforce');
  });

  test('whose end cannot be read has none', () => {
    expect(fleetMode({ ...FREE, database: registered({ observeUntil: 'soon' }) }).mode).toBe('observe');
  });
});

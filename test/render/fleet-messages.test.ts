import { describe, expect, test } from 'vitest';
import { fleetMode } from '../../functions/core/fleet/fleet-mode.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { cloudShellSwitch } from '../../functions/render/message/cloud-shell.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { resumeCommand } from '../../functions/render/message/memory-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { aPolicy, someSessions } from '../support/builders.ts';
import { FLEET_NOW, PROOF, registered } from '../support/fleet.ts';
import { keyOfDatabase } from '../support/fleet-cells.ts';
import { runOf, snapshotOf } from '../support/records.ts';

const KEY = keyOfDatabase('orders');
const OBSERVE = aPolicy({ mode: 'observe' });

function observed(...limits: readonly (readonly [source: string, why: string])[]): RunRecord {
  const snapshot = snapshotOf(someSessions(57, 1, () => ({ application: 'leaky', stateAgeMs: 7_200_000 })));
  const all = limits.map(([source, why]) => ({ source, mode: 'observe', why }) as const);
  return { ...runOf({ snapshot, policy: OBSERVE }), fleet: ofFleet(all) };
}

function ofFleet(limits: NonNullable<RunRecord['fleet']>['limits']): RunRecord['fleet'] {
  return { key: KEY, policy: 'default', policyHash: null, role: 'headroom_observer', limits };
}

describe('A message about a run of a fleet that only observed', () => {
  test.each([
    ['tag', 'the tag is observe'],
    ['organisation', "the organisation's switch is observe by a person, without an end"],
    ['cell', "the cell's switch is observe, without an end"],
    ['policy', 'policy default: it does not parse'],
    ['quarantine', 'new here: it observes until 2026-11-30T00:00:00.000Z unless accepted'],
    ['pause', 'paused by the breaker, until 2026-11-30T00:00:00.000Z'],
  ])('says that it was the %s', (source, why) => {
    const record = observed([source, why]);
    expect(renderIncident(record).text.replace(/\s+/g, ' ')).toContain(
      `Observed only (${why}): nothing was ended.`,
    );
    expect(fullTextOf(record).replace(/\s+/g, ' ')).toContain(
      `Observed only (${why}): nothing was terminated.`,
    );
  });

  test('names all that held it down, and how to see more, and no policy to deploy', () => {
    const text = fullTextOf(
      observed(['tag', 'the tag is observe'], ['policy', 'policy default says observe']),
    );
    expect(text.replace(/\s+/g, ' ')).toContain('(the tag is observe; policy default says observe)');
    expect(text).toContain('headroom fleet why orders');
    expect(text).not.toContain('and deploy');
  });

  test('says in whole how the proof of a cell failed, whoever tried it, and the command that tries it again', () => {
    const by =
      'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/ada@example.com';
    const proof = { ...PROOF, kind: 'failed', by, why: 'refused-with-tag' } as const;
    const nothing = { policyMode: null, policyProblem: null, organisation: null, cell: null, pause: null };
    const { limits } = fleetMode({
      ...{ database: registered(), ...nothing, proof, blindSince: null, now: FLEET_NOW },
    });
    const text = fullTextOf(observed(...limits.map(({ source, why }) => [source, why] as const)));
    expect(text.replace(/\s+/g, ' ')).toContain(
      'the database refused our function although it had its tag: headroom preflight --fleet --region eu-central-1 --prove TEST)',
    );
  });

  test('shows no control characters of a tag or of a person', () => {
    expect(renderIncident(observed(['pause', 'paused by \u001b[31mme\n'])).text).not.toContain('\u001b');
  });
});

describe('A switch in a message about a run of a fleet', () => {
  const read = { kind: 'read', table: 'pg-headroom-memory', paused: null } as const;
  const acted: RunRecord = { ...observed(), mode: 'enforce', recall: read };
  const paused = { at: '2026-11-29T03:00:00.000Z', by: 'a person', reason: null, until: null };

  test('writes the item of the database, and asks for no function of its own', () => {
    const [, resume = ''] = cloudShellSwitch({ ...acted, recall: { ...read, paused } });
    expect(resume).toContain(`--key 'server={S=${KEY}}'`);
    expect(resume).not.toContain('get-function-configuration');
  });

  test('is not printed for a key that is none of ours', () => {
    const strange = { ...acted, fleet: { ...ofFleet([]), key: "x'; rm -rf /" } as RunRecord['fleet'] };
    expect(cloudShellSwitch({ ...strange, recall: { ...read, paused } })).toEqual([]);
  });

  test('is the command of the fleet', () => {
    expect(resumeCommand(acted)).toBe('headroom fleet resume orders');
  });
});

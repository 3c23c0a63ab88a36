import { expect, test } from 'vitest';
import { registryItemText } from '../../functions/core/fleet/registry-item.ts';
import { NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { resolveRun } from '../../functions/fleet/resolve-run.ts';
import { FLEET_NOW, PROOF_TEXT, registered } from '../support/fleet.ts';

test('A cell whose switch is not there has no proof, and observes', () => {
  const database = registered();
  const rows = {
    database: { key: database.key, texts: { item: registryItemText(database) } },
    ...{ switches: null, policy: null, memory: NOTHING_REMEMBERED },
  };
  expect(resolveRun(rows, FLEET_NOW)).toMatchObject({
    role: 'headroom_observer',
    mode: {
      mode: 'observe',
      limits: [
        {
          source: 'proof',
          why: expect.stringContaining('headroom preflight --fleet --region eu-central-1 --prove TEST'),
        },
      ],
    },
  });
});

test('A policy of another name than that of the registry is none, and its database observes', () => {
  const database = registered({ policy: 'strict' });
  const copy = {
    name: 'mild',
    text: '{"mode":"enforce"}',
    hash: 'h',
    etag: null,
    problem: null,
    copiedAt: 'now',
  };
  const rows = {
    database: { key: database.key, texts: { item: registryItemText(database) } },
    switches: { key: 'cell#switch', texts: { proof: PROOF_TEXT } },
    policy: { key: 'cell#policy#mild', texts: { item: JSON.stringify(copy) } },
    memory: NOTHING_REMEMBERED,
  };
  expect(resolveRun(rows, FLEET_NOW)).toMatchObject({
    role: 'headroom_observer',
    mode: { mode: 'observe', limits: [{ source: 'policy' }] },
    policy: { name: 'strict', hash: null },
  });
});

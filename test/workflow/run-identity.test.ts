import { expect, test } from 'vitest';
import { CODE_VERSION } from '../../functions/core/code-version.ts';
import { renderIncident } from '../../functions/render/incident.ts';
import { policyHash } from '../../functions/workflow/policy-hash.ts';
import type { RemediatePorts } from '../../functions/workflow/ports.ts';
import { remediate } from '../../functions/workflow/remediate.ts';
import { packRecord, unpackRecord } from '../../functions/workflow/run-result.ts';
import { aPolicy } from '../support/builders.ts';
import { recordOf } from '../support/records.ts';
import { aRequest } from '../support/runs.ts';

const IDENTITY = { code: '0.1.0+a1b2c3d4e5f6', policyHash: policyHash(aPolicy()) };
const record = { ...recordOf('recovered'), ...IDENTITY };

test('every run says so, also one that its policy switches off', async () => {
  const policy = aPolicy({ mode: 'off' });
  const unused = () => Promise.reject(new Error('A run that is off needs nothing'));
  const ports: RemediatePorts = {
    ownRole: unused,
    connect: unused,
    recall: unused,
    readPooler: unused,
    sleep: unused,
    now: Date.now,
    log: () => {},
  };
  const ended = await remediate(aRequest({ policy }), ports);
  expect(ended).toMatchObject({ outcome: 'off', code: CODE_VERSION, policyHash: policyHash(policy) });
  expect(policyHash(policy)).not.toBe(policyHash(aPolicy()));
});

test('the record says which code ran by which policy, also where it travels packed', () => {
  expect(unpackRecord(packRecord(record))).toMatchObject(IDENTITY);
  expect(packRecord(record).head).toMatchObject(IDENTITY);
});

test('the message has both in one line', () => {
  const shown = IDENTITY.policyHash.slice(0, 12);
  const flat = renderIncident(record).text.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(`Run by code 0.1.0+a1b2c3d4e5f6, policy ${shown}.`);
});

test('a record from before has neither, and its message no such line', () => {
  expect(renderIncident(recordOf('recovered')).text).not.toContain('Run by code');
});

import { describe, expect, test } from 'vitest';
import { addToIndex } from '../../functions/core/incident/add-to-index.ts';
import { indexDocument, NO_INCIDENTS, parseIndex } from '../../functions/core/incident/incident-index.ts';
import { renderIndex } from '../../functions/render/page/render-index.ts';
import { knownIn, placeOfRun, reportedRun } from '../../functions/report/known-run.ts';
import { FLEET_NOW, registered } from '../support/fleet.ts';

/** What is kept of a fleet is kept under keys, which AWS never gives again, and shows names, which people read. */

const { key, name } = registered();
const at = new Date(FLEET_NOW).toISOString();

describe('A run of a fleet', () => {
  const invocation = { functionName: null, requestId: 'run-1', database: { key, name } };
  const known = knownIn({ server: name, mode: 'enforce', outcome: 'recovered' }, invocation, null);

  test('has the name for people and the key for everything that is kept', () => {
    expect(known).toMatchObject({ server: name, key });
    expect(placeOfRun(known, FLEET_NOW).server).toBe(key);
    expect(reportedRun(known, null, null, FLEET_NOW).server).toBe(key);
  });

  test('of a declared server has one name for both', () => {
    const declared = knownIn({}, { functionName: 'pg-headroom-orders', requestId: 'run-1' }, null);
    expect(declared).toMatchObject({ server: 'orders', key: 'orders' });
  });
});

describe('The index of a fleet', () => {
  const run = {
    id: 'run-1',
    at,
    outcome: 'recovered',
    mode: 'enforce',
    used: 57,
    after: 20,
    usable: 57,
    ended: 37,
    hasPage: false,
  } as const;
  const incident = { id: 'run-1', openedAt: at, runs: 1, ended: 37 };
  const entry = { server: key, name, incident, run, nature: { cause: null, culprit: null } };
  const index = addToIndex(NO_INCIDENTS, entry, FLEET_NOW);

  test('keeps both through its document', () => {
    expect(parseIndex(indexDocument(index))?.incidents[0]).toMatchObject({ server: key, name });
  });

  test.each([null, key])('of %s shows the name', (server) => {
    const urlOf = (asked: string) => (asked === key ? 'https://here' : null);
    const page = renderIndex(index, { server, up: null, data: '', urlOf });
    expect(page).toContain(name);
    expect(page).not.toContain(key);
    if (server === null) expect(page).toContain('https://here');
    else expect(page).toContain(`Incidents of ${name}`);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { parsePolicyText } from '../../../functions/core/policy/parse-policy.ts';
import { parseRecord } from '../../../functions/core/run/codec/parse-record.ts';
import { applicationStem } from '../../../functions/core/server/program-stem.ts';
import { parseSnapshotFile } from '../../../functions/core/server/snapshot-file.ts';
import { recordOf } from '../../support/records.ts';

/** Taken from real servers with the real clients. */
const textOf = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const EAGER = parsePolicyText(textOf('real-inputs/eager.policy.json'));

function ofSnapshot(path: string): Diagnosis | null {
  const snapshot = parseSnapshotFile(JSON.parse(textOf(path)));
  const plan = planRemediation(snapshot, EAGER, 'alarm');
  return diagnose(recordOf('partial', { snapshot, policy: EAGER, plan }));
}

const ofRecord = (path: string) => diagnose(parseRecord(JSON.parse(textOf(path))));

const summary = (diagnosis: Diagnosis | null) => {
  const [first] = diagnosis?.culprits ?? [];
  return [
    diagnosis?.cause,
    diagnosis?.confidence,
    first?.usage.group.application,
    first?.usage.group.user,
    first?.usage.sessions,
  ];
};

test.each([
  [
    "slonik's pool, which resets with DISCARD ALL",
    'slonik-discard-all',
    ['oversized-idle-pools', 'high', 'shop-api', 'shop', 33],
  ],
  ['Supavisor, by its name', 'supabase', ['pooler-oversized', 'medium', 'Supavisor', 'postgres_app', 40]],
  ['a pool of SQLAlchemy', 'sqlalchemy-pool', ['oversized-idle-pools', 'high', '', 'crm', 34]],
  [
    'a pool of Tomcat JDBC',
    'tomcat-jdbc',
    ['oversized-idle-pools', 'high', 'PostgreSQL JDBC Driver', 'bi', 33],
  ],
  ['a leak of postgres.js', 'postgres-js-leak', ['connection-leak', 'high', 'postgres.js', 'web', 33]],
] as const)('%s is told as what it is', (_, file, expected) => {
  expect(summary(ofSnapshot(`real-inputs/${file}.snapshot.json`))).toEqual(expected);
});

test.each([
  [
    'functions of which each has a name of its own',
    'lambda-unique-app-names',
    ['connection-leak', '*', 'fn', 95],
  ],
  ['a database for each tenant', 'tenant-per-database-real', ['connection-leak', '', 'saas', 34]],
] as const)('%s are one program with all of its slots', (_, file, expected) => {
  const [cause, , ...first] = summary(ofSnapshot(`../incidents/names/${file}.snapshot.json`));
  expect([cause, ...first]).toEqual(expected);
});

test.each([
  ['listeners that leak', 'real-inputs/oban-listen-leak', ['connection-leak', 'high', '', 'jobs', 96]],
  [
    'an agent in 70 databases',
    'real-inputs/datadog-many-dbs',
    ['monitoring-hog', 'high', 'datadog-agent', 'datadog', 70],
  ],
  [
    'pools behind an alarm on the number of connections',
    'real-inputs/databaseconnections-alarm',
    ['oversized-idle-pools', 'high', 'web', 'app', 82],
  ],
  [
    'workers that tell in their name how busy they are',
    '../incidents/names/sidekiq-busy-names',
    ['oversized-idle-pools', 'medium', 'sidekiq * shop *', 'shop', 90],
  ],
] as const)('%s: cause and all of its slots', (_, file, expected) => {
  expect(summary(ofRecord(`${file}.record.json`))).toEqual(expected);
});

test('the workers of one puma are one program', () => {
  const names = ['puma: cluster worker 0: 4120 [shop]', 'puma: cluster worker 11: 4188 [shop]'];
  expect(new Set(names.map((name) => applicationStem(name).stem)).size).toBe(1);
});

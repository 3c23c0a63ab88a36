import * as z from 'zod/mini';
import { invalid, quoted, type RemediationError } from '../../base/errors.ts';
import { findingsOf } from '../../base/schema-findings.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Policy, PolicyFields } from '../../policy/policy.ts';
import { identityOf, type Session } from '../../server/session.ts';
import { type Scope, scopeName } from '../../server/slots.ts';
import type { KeptRecord } from '../kept-record.ts';
import { keptRecordSchema, RECORD_VERSION } from './record-schema.ts';

/**
 * Reads a kept record. @throws RemediationError `record-invalid` with all problems and their paths, or with
 * the version alone when that is another one.
 */
export function parseRecord(input: unknown): KeptRecord {
  const version = typeof input === 'object' && input !== null ? Reflect.get(input, 'version') : undefined;
  if (typeof version === 'number' && version !== RECORD_VERSION) throw otherVersion(version);
  if (isSomethingElse(input)) throw noRecord();
  const parsed = z.safeParse(keptRecordSchema, input);
  if (!parsed.success) throw invalid('record-invalid', 'The record', findingsOf(parsed.error, input));
  // The policy was checked when the run began.
  return linked({ ...parsed.data, policy: parsed.data.policy as PolicyFields as Policy });
}

/** The error about a file of another kind is one sentence, and not a list of all that it lacks. */
function isSomethingElse(input: unknown): boolean {
  const keys = ['version', 'runId', 'outcome', 'startedAt'];
  return typeof input !== 'object' || input === null || !keys.some((key) => key in input);
}

function noRecord(): RemediationError {
  const found = 'something else';
  const allowed = 'the record of a run, as the bucket keeps it below records/';
  return invalid('record-invalid', 'The record', [{ path: '(root)', found, allowed }]);
}

function otherVersion(version: number): RemediationError {
  const allowed = `${RECORD_VERSION}: ${version > RECORD_VERSION ? 'a newer' : 'an older'} headroom reads it`;
  return invalid('record-invalid', 'The record', [{ path: 'version', found: quoted(version), allowed }]);
}

/**
 * @throws RemediationError `record-invalid` when the text is no JSON, or for the reasons of `parseRecord`.
 */
export function parseRecordText(text: string): KeptRecord {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (thrown) {
    const found = thrown instanceof Error ? thrown.message : 'unreadable text';
    throw invalid('record-invalid', 'The record', [{ path: '(root)', found, allowed: 'one JSON object' }]);
  }
  return parseRecord(input);
}

/** A file repeats each session and scope at every place. In memory all places share one object. */
function linked(record: KeptRecord): KeptRecord {
  const { snapshot, plan } = record;
  if (plan === null) return record;
  const sessions = new Map(snapshot?.sessions.map((each) => [identityOf(each), each]));
  return { ...record, plan: linkedPlan(plan, (each) => sessions.get(identityOf(each)) ?? each) };
}

function linkedPlan(plan: Plan, same: (session: Session) => Session): Plan {
  const keyOf = (scope: Scope) => `${scope.kind} ${scopeName(scope)}`;
  const scopes = new Map(plan.pressure.map(({ scope }) => [keyOf(scope), scope]));
  return {
    ...plan,
    victims: plan.victims.map(({ session, reason }) => ({
      session: same(session),
      reason: { ...reason, serves: reason.serves.map((scope) => scopes.get(keyOf(scope)) ?? scope) },
    })),
    spared: plan.spared.map((each) => ({ ...each, session: same(each.session) })),
  };
}

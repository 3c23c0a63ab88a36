import type { RunRecord } from '../run/record.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { mentionsRefusal } from '../trigger/trigger.ts';
import type { Diagnosis } from './cause.ts';
import { diagnoseLimit } from './causes/diagnose-limit.ts';
import { limitIn } from './causes/limits.ts';
import { verdictOf } from './choose-cause.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { suspectsOf } from './find-suspects.ts';

/**
 * Why a server ran out of slots, as far as one snapshot shows. The function is pure, total and deterministic.
 * Null when there is nothing to explain (no pressure and no refusal), or nothing to judge by (no snapshot, or
 * a record without its sessions).
 */
export function diagnose(record: RunRecord): Diagnosis | null {
  const { snapshot } = record;
  if (snapshot === null || isReducedToVictims(snapshot)) return null;
  const evidence = evidenceOf(record, snapshot);
  if (!isIncident(evidence)) return null;
  const limit = limitIn(evidence);
  return limit === null ? verdictOf(evidence, suspectsOf(evidence)) : diagnoseLimit(evidence, limit);
}

/** A record that was reduced to its victims lacks our own session too. */
function isReducedToVictims({ server: { ownPid }, sessions }: Snapshot): boolean {
  return ownPid !== null && !sessions.some(({ pid }) => pid === ownPid);
}

function isIncident({ record, server, refused }: Evidence): boolean {
  const { trigger, plan } = record;
  const isUnder = server.under || plan?.pressure.some(({ under }) => under);
  return (
    isUnder || mentionsRefusal(trigger.kind) || refused.ours > 0 || record.snapshot?.refusals.length !== 0
  );
}

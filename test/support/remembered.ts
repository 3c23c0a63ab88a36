import { type Misconfiguration, misconfigurationsIn } from '../../functions/core/doctor/misconfigurations.ts';
import { memoryUnreadable } from '../../functions/core/incident/memory.ts';
import type { Recall } from '../../functions/core/run/pause.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { someFacts, type Written } from './doctor-facts.ts';
import { INCIDENTS } from './incidents.ts';
import { TABLE } from './loopback-dynamodb.ts';
import { ENFORCE, runOf, SWEEP } from './records.ts';

/** Runs with a memory: what they recalled, and what the checks after them found. */

const UNREADABLE: Recall = {
  kind: 'unreadable',
  table: TABLE,
  problem: memoryUnreadable({ server: 'orders', table: TABLE }, 'no answer in 500 ms').toProblem(),
};

/** After a refusal it acts, on the schedule it only observes, in the same situation. */
export function recoveredWithoutMemory(): RunRecord {
  return { ...INCIDENTS.recovered(), recall: UNREADABLE };
}

export function sweptWithoutMemory(): RunRecord {
  const { snapshot } = INCIDENTS.paused();
  if (snapshot === null) throw new Error('The incident has no snapshot');
  const observed = runOf({ snapshot, trigger: SWEEP, policy: { ...ENFORCE, mode: 'observe' } });
  return { ...observed, policy: ENFORCE, recall: UNREADABLE };
}

/** A scheduled run without pressure, and the findings of its check. */
export function sweptWith(misconfigurations: readonly Misconfiguration[] | null): RunRecord {
  return { ...INCIDENTS.healthy(), misconfigurations };
}

/** The findings of the checks on a server whose only problem is this. */
export function misconfiguredBy(written: Written): readonly Misconfiguration[] {
  return misconfigurationsIn(someFacts(written));
}

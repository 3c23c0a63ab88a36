import { followIncident } from '../../functions/core/incident/follow-incident.ts';
import type { RunSummary } from '../../functions/core/incident/incident.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';

export const BILLING = { application: 'billing-worker', user: 'billing', database: 'orders' };
export const SHOP = { application: 'storefront', user: 'shop', database: 'orders' };
/** 03:15 at night. */
const OPENED = Date.parse('2026-11-21T03:15:00.000Z');
const MINUTE = 60_000;

/** So many minutes after a quarter past three. */
export function minute(count: number): number {
  return OPENED + count * MINUTE;
}

/** The clock of a night at which these runs are recent. It goes on as ours does. */
export function clockOfTheNight(): number {
  return OPENED + performance.now();
}

let runs = 0;

/** A run that began so many minutes after, with the fields that its outcome implies, unless given. */
export function aRun(minutes: number, fields: Partial<RunSummary> = {}): RunSummary {
  runs += 1;
  const { outcome = 'recovered' } = fields;
  const acted = ['recovered', 'refilled', 'partial'].includes(outcome);
  const looked = !['muted', 'stale', 'off', 'busy', 'cannot-connect', 'failed', 'blind'].includes(outcome);
  const calm = ['healthy', 'reaped', 'unexplained'].includes(outcome);
  return {
    runId: `run-${runs}`,
    startedAt: new Date(minute(minutes)).toISOString(),
    outcome,
    mode: 'enforce',
    cause: null,
    culprit: calm || !looked ? null : BILLING,
    refused: true,
    heedsPause: true,
    need: looked ? (calm ? 0 : 12) : null,
    ended: acted ? 12 : 0,
    retaken: outcome === 'refilled' ? 11 : 0,
    ownTries: null,
    ...fields,
  };
}

/** The stories of runs that are reported one after the other, each as it begins; `told` has null for the quiet ones. */
export function live(reported: readonly RunSummary[], from: Memory = NOTHING_REMEMBERED) {
  let memory = from;
  const stories = reported.map((run) => {
    const followed = followIncident(memory, run, Date.parse(run.startedAt));
    memory = followed.memory;
    return followed.story;
  });
  return { memory, stories, told: stories.map((story) => story?.kind ?? null) };
}

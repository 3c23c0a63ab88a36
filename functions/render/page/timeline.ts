import { BEGINNING_SIGNS, type Beginning, beganIn } from '../../core/diagnosis/began.ts';
import { settledReading } from '../../core/run/newcomers.ts';
import { refusalsIn, sinceOf } from '../../core/trigger/log-lines.ts';
import { pressureAt } from '../base/facts.ts';
import { aboutText, counted, slotsHeld } from '../base/phrases.ts';
import { behind } from '../message/cause-phrase.ts';
import { clockTime, serverBehindMs, snapshotAt } from './clock.ts';
import { type Html, html } from './html.ts';
import type { PageFacts } from './page-facts.ts';

/** One moment of the story. `look` is how its point is drawn. */
export type Moment = {
  readonly atMs: number;
  readonly text: string;
  readonly look: 'trouble' | 'run' | 'done' | 'ahead';
};

/** When the trouble began by our clock, in milliseconds since the epoch. Null when nothing shows it. */
export function beganAt(facts: PageFacts): Began | null {
  const { record, evidence, diagnosis } = facts;
  const at = snapshotAt(record);
  if (evidence === null || diagnosis === null || at === null) return null;
  const began = beganIn(evidence, diagnosis, at - serverBehindMs(record));
  if (began === null) return null;
  const atMs = at - began.agoMs;
  return isDate(atMs) ? { atMs, sign: began.sign } : null;
}

/** A clock that is far off makes an age for which there is no date, and so does a damaged record. */
function isDate(ms: number): boolean {
  return !Number.isNaN(new Date(ms).getTime());
}

type Began = { readonly atMs: number; readonly sign: Beginning['sign'] };

/** What happened, by the clock. A moment without a date is left out. */
export function momentsOf(facts: PageFacts): readonly Moment[] {
  const began = beganAt(facts);
  const moments = [
    ...(began === null || began.sign === 'refused'
      ? []
      : [{ atMs: began.atMs, text: BEGINNING_SIGNS[began.sign], look: 'trouble' as const }]),
    ...incidentMoments(facts),
    ...triggerMoments(facts),
    ...runMoments(facts),
    ...forecast(facts),
  ];
  return moments.filter(({ atMs }) => isDate(atMs)).toSorted((a, b) => a.atMs - b.atMs);
}

function incidentMoments({ place, record }: PageFacts): readonly Moment[] {
  if (place === null || place.incident.id === record.runId) return [];
  return [{ atMs: Date.parse(place.incident.openedAt), text: 'the incident opens', look: 'run' }];
}

function triggerMoments({ record }: PageFacts): readonly Moment[] {
  const { trigger } = record;
  if (trigger.kind === 'alarm')
    return [{ atMs: Date.parse(trigger.at), text: 'the alarm goes off', look: 'trouble' }];
  if (trigger.kind !== 'log-lines' || trigger.refused.length === 0) return [];
  const behind = serverBehindMs(record);
  const [first, last] = [Date.parse(sinceOf(trigger.refused) ?? trigger.at), Date.parse(trigger.at)];
  const count = counted(refusalsIn(trigger.refused), 'refusal');
  if (last - first < 1_000) return [{ atMs: last + behind, text: count, look: 'trouble' }];
  return [
    { atMs: first + behind, text: BEGINNING_SIGNS.refused, look: 'trouble' },
    { atMs: last + behind, text: `${count} by now`, look: 'trouble' },
  ];
}

function runMoments({ record, before, losses, hypothetical }: PageFacts): readonly Moment[] {
  const { startedAt, timings, readings } = record;
  const start = Date.parse(startedAt);
  const at = (ms: number | null, text: string, look: Moment['look']) =>
    ms === null ? [] : [{ atMs: start + ms, text, look }];
  const settled = settledReading(record);
  const then = before === null ? null : pressureAt((settled ?? readings.at(-1))?.pressure, before);
  const used = before === null ? '' : `: ${slotsHeld(before)} used`;
  return [
    ...at(timings.snapshot === null ? 0 : timings.snapshot, `this run looks${used}`, 'run'),
    ...(hypothetical || losses.length === 0
      ? []
      : at(timings.terminated, `${counted(losses.length, 'session')} ended`, 'done')),
    ...(then === null || record.attempts.length === 0
      ? []
      : at(timings.settled ?? timings.verified, `looks again: ${then.used} used`, 'done')),
    ...(timings.snapshot === null ? at(timings.finished, 'gives up', 'run') : []),
  ];
}

/** A run after which the slots are full has nothing to forecast. */
function forecast({ record, diagnosis }: PageFacts): readonly Moment[] {
  const [culprit] = diagnosis === null ? [] : behind(diagnosis);
  const fullInMs = culprit?.opening?.fullInMs ?? 0;
  if (fullInMs <= 0 || record.outcome === 'refilled') return [];
  const endedAt = Date.parse(record.startedAt) + record.timings.finished;
  return [
    { atMs: endedAt + fullInMs, text: `full again at this rate, in ${aboutText(fullInMs)}`, look: 'ahead' },
  ];
}

export function timelineHtml(facts: PageFacts): Html {
  const moments = momentsOf(facts);
  const now = Date.parse(facts.record.startedAt);
  const items = moments.map(
    ({ atMs, text, look }) =>
      html`<li class="${look}"><time datetime="${new Date(atMs).toISOString()}">${look === 'ahead' ? '≈ ' : ''}${clockTime(atMs, now)}</time> <span>${text}</span></li>
`,
  );
  const behind = serverBehindMs(facts.record);
  const other =
    behind === 0
      ? null
      : html`<p class="faint">The server's clock is ${counted(Math.round(Math.abs(behind) / 1_000), 'second')} ${behind > 0 ? 'behind' : 'ahead'}. These times are by the clock of pg-headroom.</p>`;
  return html`<section class="story"><h2>By the clock <span class="faint">(UTC)</span></h2><ol class="timeline">
${items}</ol>${other}</section>`;
}

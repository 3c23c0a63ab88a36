import { cleanMessage, cleanName } from '../../core/base/clean-text.ts';
import type { Cause, Culprit } from '../../core/diagnosis/cause.ts';
import { meaningOf, type Severity } from '../../core/incident/outcome-table.ts';
import { marksOf } from '../../core/plan/pressure.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import { HELD_BY_SUPERUSERS, heldBySuperusers } from '../base/held-by-superusers.ts';
import { outcomeWord } from '../base/outcome-word.ts';
import { ageText, counted, slotsHeld } from '../base/phrases.ts';
import { severityOf } from '../base/severity.ts';
import { behind, causeWords } from '../message/cause-phrase.ts';
import { lifeOnPage } from '../message/incident-life.ts';
import { leftOutTexts } from '../message/left-out.ts';
import { clockTime, dateTime } from './clock.ts';
import { type Html, html, linkHtml } from './html.ts';
import type { EarlierRun, PageFacts } from './page-facts.ts';
import { pageVerdict } from './page-verdict.ts';
import { beganAt } from './timeline.ts';

/** The top of the page: the verdict, what kind of run it is, since when, and its place in the incident. */
export function answerHtml(facts: PageFacts): Html {
  const { server, startedAt, runId } = facts.record;
  return html`<header>
<p class="kicker">pg-headroom · ${cleanName(server)} · <time datetime="${startedAt}">${dateTime(Date.parse(startedAt))}</time> · run ${cleanName(runId, 40)}</p>
<h1>${pageVerdict(facts)}</h1>
<p class="badges">${badges(facts)}</p>
${slotsMeter(facts)}${sinceHtml(facts)}${missing(facts)}${leftOutHtml(facts)}
</header>
`;
}

/** Words for outcomes that say little by their own name. */
const OUTCOME_BADGES: Partial<Readonly<Record<Outcome, string>>> = {
  partial: 'too few could be ended',
  'no-candidates': 'the policy spares all sessions',
  unexplained: 'no pressure found',
  busy: 'another run is at work',
};

type Badge = { readonly look: Severity | 'observed' | 'plain'; readonly text: string };

function badges(facts: PageFacts): readonly Html[] {
  const { record, diagnosis, hypothetical } = facts;
  const { outcome, mode } = record;
  const word =
    outcome === 'recovered' && hypothetical
      ? 'would recover'
      : (OUTCOME_BADGES[outcome] ?? outcomeWord(outcome));
  // The page shows that the pressure is over. Subscribers still get the severity of the message.
  const look = outcome === 'recovered' && !hypothetical ? 'info' : severityOf(outcome, mode);
  const observed: Badge = { look: 'observed', text: 'observe mode: nothing was ended' };
  const shown: readonly Badge[] = [
    { look, text: word },
    ...(mode === 'observe' ? [observed] : []),
    ...(diagnosis === null ? [] : [{ look: 'plain', text: `why: ${whyText(facts, diagnosis)}` } as const]),
  ];
  return shown.map((each) => html`<span class="badge ${each.look}">${each.text}</span> `);
}

function whyText({ evidence, blame, record }: PageFacts, diagnosis: NonNullable<PageFacts['diagnosis']>) {
  const { cause, confidence, culprits } = diagnosis;
  if (cause === 'unclear') return 'not clear';
  const share = evidence === null || ELSEWHERE.has(cause) ? 0 : blamedShare(evidence, blame, culprits, cause);
  const part = share > 0 ? `, ${share} % of the slots` : '';
  return `${causeWords(record, cause, behind(diagnosis)[0])}${part}, confidence ${confidence}`;
}

/** These causes have slots of their own, or one session that holds up many. */
const ELSEWHERE: ReadonlySet<Cause> = new Set([
  ...(['lock-pile-up', 'role-limit', 'database-limit', 'replication-limit'] as const),
]);

/** The share of the slots that the blamed programs hold. In a mixture those of the main cause count. */
function blamedShare(
  { holders, server }: NonNullable<PageFacts['evidence']>,
  { isBlamed }: PageFacts['blame'],
  culprits: readonly Culprit[],
  cause: Cause,
): number {
  const own = culprits.filter((each) => each.cause === cause);
  if (own.length < culprits.length) return own.reduce((sum, { usage }) => sum + (usage.sharePercent ?? 0), 0);
  const blamed = holders.filter(({ session }) => isBlamed(session)).length;
  return server.usable > 0 ? Math.min(100, Math.round((blamed * 100) / server.usable)) : 0;
}

/** How full the scope of the message is, with the marks of the policy. */
function slotsMeter({ before, after, record }: PageFacts): Html | null {
  if (before === null || before.usable <= 0) return null;
  const now = after ?? before;
  const { usable } = before;
  const { pressureFrom, relievedAt } = marksOf(before, record.policy);
  const percent = (slots: number) => Math.min(100, Math.max(0, Math.round((slots * 1_000) / usable) / 10));
  const look = now.used >= pressureFrom ? 'full' : now.used <= relievedAt ? 'free' : 'between';
  const change = after === null ? '' : ` now, ${before.used} before`;
  const ghost =
    after === null || after.used >= before.used
      ? null
      : html`<span class="ghost" style="width:${percent(before.used)}%"></span>`;
  const policy = heldBySuperusers(record)
    ? HELD_BY_SUPERUSERS
    : `The policy acts from ${pressureFrom} on and frees down to ${relievedAt}.`;
  return html`<div class="meter"><p><strong>${slotsHeld(now)}</strong> used${change}</p>
<div class="track ${look}">${ghost}<span class="fill" style="width:${percent(now.used)}%"></span><span class="mark" style="left:${percent(relievedAt)}%"></span><span class="mark" style="left:${percent(pressureFrom)}%"></span></div>
<p class="faint">${policy}</p></div>
`;
}

function sinceHtml(facts: PageFacts): Html | null {
  const { record, place } = facts;
  const now = Date.parse(record.startedAt);
  const began = beganAt(facts);
  const since =
    began === null || now - began.atMs < 1_000
      ? null
      : html`<strong>Since ${clockTime(began.atMs, now)} UTC</strong> (${ageText(now - began.atMs)} before this run). `;
  const incident = place === null ? null : incidentHtml(place, now, record.runId);
  const told = lifeOnPage(facts.told.story);
  return since === null && incident === null && told === ''
    ? null
    : html`<p class="since">${since}${incident} ${told}</p>`;
}

function incidentHtml(
  { incident, earlier, indexUrl }: NonNullable<PageFacts['place']>,
  now: number,
  runId: string,
) {
  const index = indexUrl === null ? null : html` ${linkHtml(indexUrl, 'All incidents of this server')}.`;
  if (incident.id === runId) return html`This run opened the incident.${index}`;
  const opened = `${clockTime(Date.parse(incident.openedAt), now)} UTC`;
  const before = earlier.length === 0 ? null : html` Runs before: ${runLinks(earlier, now)}.`;
  const ended = incident.ended === 0 ? '' : `, which ended ${counted(incident.ended, 'session')}`;
  return html`Run ${incident.runs} of an incident that opened at ${opened}${ended}.${before}${index}`;
}

/** The last runs before this one. The index has all. */
const MOST_RUNS = 6;

function runLinks(earlier: readonly EarlierRun[], now: number): readonly Html[] {
  const shown = earlier.slice(-MOST_RUNS);
  const more = earlier.length - shown.length;
  const links = shown.map(({ at, outcome, url }, index) => {
    const text = `${clockTime(Date.parse(at), now)} ${outcomeWord(outcome)}`;
    return html`${index === 0 ? '' : ', '}${url === null ? text : linkHtml(url, text)}`;
  });
  return more > 0 ? [html`${more} more, `, ...links] : links;
}

/** The parts of the report that failed before the page was drawn. */
function leftOutHtml({ told }: PageFacts): Html | null {
  const texts = leftOutTexts(told.additions.leftOut);
  return texts.length === 0 ? null : html`<p class="notice" role="note">${texts.join(' ')}</p>`;
}

/** Whether something is left for a person to do. */
export function isUnresolved({ record }: PageFacts): boolean {
  return meaningOf(record.outcome, record.mode).unresolved === true;
}

/** Tells people that the page is short because the record is, and not because the incident was small. */
function missing({ reduced }: PageFacts): Html | null {
  if (reduced.length === 0) return null;
  const text = cleanMessage(
    `The record of this run was too large. These parts were left out, in this order: ${reduced.join(', ')}.`,
  );
  const lacking = reduced.includes('spared sessions')
    ? ' So the page cannot show which programs held the slots and which sessions were spared. The chosen sessions are complete.'
    : '';
  return html`<p class="notice" role="note">${text}${lacking}</p>`;
}

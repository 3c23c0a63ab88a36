import type { Advice } from '../../core/advice/advice.ts';
import { cleanMessage } from '../../core/base/clean-text.ts';
import type { Confidence, Culprit, Diagnosis } from '../../core/diagnosis/cause.ts';
import { ageText, counted, groupName, ownerOf, rateText } from '../base/phrases.ts';
import { ownEvidence } from '../message/why.ts';
import { type Html, html } from './html.ts';

/** Why it happened: the cause, its evidence, and the programs behind it. */
export function whyHtml(diagnosis: Diagnosis | null): Html | null {
  if (diagnosis === null) return null;
  const { cause, confidence, evidence, culprits } = diagnosis;
  return html`<section><h2>Why</h2>
<p><strong>${causeText(cause)}</strong> <span class="badge ${TRUST[confidence]}">confidence: ${confidence}</span></p>
${evidenceList(evidence)}${culprits.map((each) => culpritPart(each, diagnosis))}</section>`;
}

/** Confidence is no severity. The colours only show how far to trust the cause. */
const TRUST: Readonly<Record<Confidence, string>> = { high: 'info', medium: 'warning', low: 'observed' };

/** `connection-leak` as people say it. */
function causeText(cause: Diagnosis['cause']): string {
  const text = cause.replaceAll('-', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function evidenceList(evidence: readonly string[]): Html | null {
  return evidence.length === 0
    ? null
    : html`<ul>${evidence.map((text) => html`<li>${cleanMessage(text)}</li>`)}</ul>`;
}

function culpritPart(culprit: Culprit, diagnosis: Diagnosis): Html {
  const { usage, cause, confidence, opening } = culprit;
  const isMixed = diagnosis.culprits.length > 1;
  const { group, sessions, sharePercent, addresses } = usage;
  const share = sharePercent === null ? counted(sessions, 'slot') : `${sharePercent} %`;
  return html`<div class="culprit"><span class="share">${share}</span><h3>${groupName(group)}</h3>
<p class="faint">${ownerOf(group)} · ${counted(sessions, 'slot')} from ${counted(addresses.count, 'address', 'addresses')}${
    isMixed ? ` · ${causeText(cause).toLowerCase()}, confidence ${confidence}` : ''
  }</p>
${evidenceList(ownEvidence(culprit, diagnosis))}${opening === null ? null : html`<p>${openingText(opening)}</p>`}</div>
`;
}

function openingText(opening: NonNullable<Culprit['opening']>): string {
  const { perHour, spanMs, fullInMs } = opening;
  const when =
    fullInMs === null
      ? ''
      : fullInMs === 0
        ? ' No slot was left.'
        : ` At this rate the slots are gone in ${ageText(fullInMs)}.`;
  return `Opened and kept ${rateText(perHour)}, over ${ageText(spanMs)}.${when}`;
}

/** What people can do now. We execute none of it. */
export function nextStepsHtml(advice: readonly Advice[]): Html | null {
  if (advice.length === 0) return null;
  const both = new Set(advice.map(({ to }) => to)).size > 1;
  return html`<section><h2>What next</h2><ol class="advice">${advice.map((each) => adviceItem(each, both))}</ol></section>`;
}

function adviceItem({ to, text, paste }: Advice, both: boolean): Html {
  const audience =
    both && to === 'developer' ? html`<span class="faint">For the developers of the client.</span> ` : null;
  return html`<li>${audience}${cleanMessage(text)}${paste === undefined ? null : pasted(paste)}</li>
`;
}

function pasted({ language, lines, undo }: NonNullable<Advice['paste']>): Html {
  const block = (of: readonly string[]) =>
    html`<pre class="paste" data-language="${language}"><code>${of.map(asPasted).join('\n')}</code></pre>`;
  const back = undo === undefined ? null : html`<p class="undo">To undo it:</p>${block(undo)}`;
  return html`${block(lines)}${back}`;
}

/**
 * The lines already quote the names in them. Characters that are invisible or change the direction of the
 * text must not get into a person's psql either.
 */
function asPasted(line: string): string {
  return cleanMessage(line);
}

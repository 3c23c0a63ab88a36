import { cleanMessage } from '../../core/base/clean-text.ts';
import type { Culprit, Diagnosis } from '../../core/diagnosis/cause.ts';
import { aboutText, ageText, capital, counted, mostOfThem, rateText } from '../base/phrases.ts';
import { behind, causeWords } from '../message/cause-phrase.ts';
import { ownEvidence } from '../message/why.ts';
import { ownerHtml } from './holders-chart.ts';
import { type Html, html, nameHtml } from './html.ts';
import type { PageFacts } from './page-facts.ts';

/** Why it happened: the cause, its evidence, and the programs behind it. */
export function whyHtml({ diagnosis, blame, record }: PageFacts): Html | null {
  if (diagnosis === null) return null;
  const { cause, confidence, evidence, culprits } = diagnosis;
  const words = causeWords(record, cause, behind(diagnosis)[0]);
  const trust = cause === 'unclear' ? '' : ` (confidence ${confidence})`;
  return html`<section><h2>Why</h2>
<p><strong>${capital(words)}</strong>${trust}.</p>
${evidenceList(evidence)}${culprits.map((each) => culpritPart(each, { diagnosis, record }, blame.isBlamedGroup(each.usage.group)))}</section>
`;
}

function evidenceList(evidence: readonly string[]): Html | null {
  return evidence.length === 0
    ? null
    : html`<ul>${evidence.map((text) => html`<li>${capital(cleanMessage(text))}.</li>`)}</ul>`;
}

function culpritPart(
  culprit: Culprit,
  { diagnosis, record }: Pick<PageFacts, 'record'> & { readonly diagnosis: Diagnosis },
  isBlamed: boolean,
): Html {
  const { usage, cause, confidence, opening } = culprit;
  const { group, sessions, sharePercent, addresses } = usage;
  const other =
    cause === diagnosis.cause ? '' : ` · ${causeWords(record, cause, culprit)}, confidence ${confidence}`;
  const share = sharePercent === null ? '' : ` (${sharePercent} %)`;
  return html`<div class="culprit${isBlamed ? ' blamed' : ''}"><h3>${nameHtml(group.application)} <span class="faint">${ownerHtml(group)}</span></h3>
<p class="faint">${counted(sessions, 'slot')}${share} from ${counted(addresses.count, 'address', 'addresses')}${mostOfThem(usage)}${other}</p>
${evidenceList(ownEvidence(culprit, diagnosis))}${opening === null ? null : html`<p>${openingText(opening)}</p>`}</div>
`;
}

function openingText({ perHour, spanMs, fullInMs }: NonNullable<Culprit['opening']>): string {
  const when =
    fullInMs === null
      ? ''
      : fullInMs === 0
        ? ' No slot was left.'
        : ` At this rate all slots are taken again in ${aboutText(fullInMs)}.`;
  return `Opened and kept ${rateText(perHour)}, over ${ageText(spanMs)}.${when}`;
}

import type { Culprit, Diagnosis } from '../../core/diagnosis/cause.ts';
import { CAUSE_WORDS } from '../base/cause-words.ts';
import type { Facts } from '../base/facts.ts';
import { bounded, type Section, wrap } from '../base/layout.ts';
import { aboutText, counted, groupName, ownerOf, placeText } from '../base/phrases.ts';

/** In a mixture there are several; whoever is further down explains little of it. */
const ON_SCREEN = 3;

/** What explains it, and the numbers that this rests on. */
export function whySection({ diagnosis }: Facts): Section {
  if (diagnosis === null) return { title: 'WHY', lines: [] };
  const { evidence, culprits } = diagnosis;
  return {
    title: `WHY: ${titleOf(diagnosis)}`,
    lines: [
      ...evidence.flatMap((text) => wrap(sentence(text), 4, '- ')),
      ...bounded(culprits, ON_SCREEN, (each) => wrap(textOf(each, diagnosis), 4, '- ').join('\n'), restText),
    ],
  };
}

/** The same for where there are no lists. */
export function whyTexts({ diagnosis }: Facts): readonly string[] {
  if (diagnosis === null) return [];
  const { evidence, culprits } = diagnosis;
  return [
    sentence(titleOf(diagnosis)),
    ...evidence.map(sentence),
    ...bounded(culprits, ON_SCREEN, (each) => textOf(each, diagnosis), restText),
  ];
}

function titleOf({ cause, confidence }: Diagnosis): string {
  const words = CAUSE_WORDS[cause];
  return cause === 'unclear' ? words : `${words} (confidence ${confidence})`;
}

/** What somebody does who is not of the whole's cause is said; services of one name are told apart by role and database. */
function textOf(culprit: Culprit, diagnosis: Diagnosis): string {
  const { cause, culprits } = diagnosis;
  const { usage, opening } = culprit;
  const { group, sessions, sharePercent, addresses, mostly } = usage;
  const share = sharePercent === null ? '' : ` (${sharePercent} %)`;
  const other = culprit.cause === cause ? '' : `, ${CAUSE_WORDS[culprit.cause]}`;
  const from = counted(addresses.count, 'address', 'addresses');
  const isShared = culprits.some(
    (each) => each !== culprit && groupName(each.usage.group) === groupName(group),
  );
  const name = `${groupName(group)}${isShared ? ` (${ownerOf(group)})` : ''}`;
  const most = mostly === null ? '' : `, ${mostly.part.sessions} of them ${placeText(mostly)}`;
  const held = `${name}${other}: ${counted(sessions, 'slot')}${share} from ${from}${most}.`;
  const full = opening?.fullInMs
    ? [`At this rate all slots are taken again in ${aboutText(opening.fullInMs)}.`]
    : [];
  return [held, ...ownEvidence(culprit, diagnosis).map(sentence), ...full].join(' ');
}

/** What speaks against this one alone: what is said of the whole, as of a limit, is said once. */
export function ownEvidence({ evidence }: Culprit, whole: Diagnosis): readonly string[] {
  return evidence.filter((text) => !whole.evidence.includes(text));
}

function restText(rest: readonly Culprit[]): string {
  return `  and ${counted(rest.length, 'more program')}`;
}

/** Evidence begins small, as parts of a sentence do. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

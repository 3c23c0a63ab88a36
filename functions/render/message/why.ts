import type { Culprit, Diagnosis } from '../../core/diagnosis/cause.ts';
import type { Facts } from '../base/facts.ts';
import { bounded, type Section, wrap } from '../base/layout.ts';
import { aboutText, counted, groupName, mostOfThem, ownerOf } from '../base/phrases.ts';
import { behind, causeWords } from './cause-phrase.ts';

/** In a mixture there are several culprits. Those after the third explain little. */
const ON_SCREEN = 3;

/** The cause, and the numbers that support it. */
export function whySection(facts: Facts): Section {
  const { diagnosis, record } = facts;
  if (diagnosis === null) return { title: 'WHY', lines: [] };
  const { evidence, culprits } = diagnosis;
  return {
    title: `WHY: ${titleOf(facts, diagnosis)}`,
    lines: [
      ...evidence.flatMap((text) => wrap(sentence(text), 4, '- ')),
      ...bounded(
        culprits,
        ON_SCREEN,
        (each) => wrap(textOf(each, diagnosis, record), 4, '- ').join('\n'),
        restText,
      ),
    ],
  };
}

function titleOf({ record }: Pick<Facts, 'record'>, diagnosis: Diagnosis): string {
  const { cause, confidence } = diagnosis;
  const words = causeWords(record, cause, behind(diagnosis)[0]);
  return cause === 'unclear' ? words : `${words} (confidence ${confidence})`;
}

/**
 * A culprit whose cause differs from the whole is described. Services with the same name are told apart by
 * role and database.
 */
function textOf(culprit: Culprit, diagnosis: Diagnosis, record: Facts['record']): string {
  const { cause, culprits } = diagnosis;
  const { usage, opening } = culprit;
  const { group, sessions, sharePercent, addresses } = usage;
  const share = sharePercent === null ? '' : ` (${sharePercent} %)`;
  const other = culprit.cause === cause ? '' : `, ${causeWords(record, culprit.cause, culprit)}`;
  const from = counted(addresses.count, 'address', 'addresses');
  const isShared = culprits.some(
    (each) => each !== culprit && groupName(each.usage.group) === groupName(group),
  );
  const name = `${groupName(group)}${isShared ? ` (${ownerOf(group)})` : ''}`;
  const held = `${name}${other}: ${counted(sessions, 'slot')}${share} from ${from}${mostOfThem(usage)}.`;
  // Where the slots were taken again in seconds, the rate says nothing more.
  const isForecast = record.outcome !== 'refilled';
  const full =
    isForecast && opening?.fullInMs
      ? [`At this rate all slots are taken again in ${aboutText(opening.fullInMs)}.`]
      : [];
  return [held, ...ownEvidence(culprit, diagnosis).map(sentence), ...full].join(' ');
}

/** The evidence against this culprit alone. What holds for the whole, as for a limit, is said once. */
export function ownEvidence({ evidence }: Culprit, whole: Diagnosis): readonly string[] {
  return evidence.filter((text) => !whole.evidence.includes(text));
}

function restText(rest: readonly Culprit[]): string {
  return `  and ${counted(rest.length, 'more program')}`;
}

/** Evidence begins with a small letter, as a part of a sentence. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

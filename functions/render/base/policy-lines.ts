import { cleanName } from '../../core/base/clean-text.ts';
import type { Between, Harm, ReapRule, Rung, YoungerThan } from '../../core/policy/policy.ts';
import { SELECTION_KEYS, type Selection } from '../../core/policy/selection.ts';
import { ageText, listText } from './phrases.ts';

/** Lines of a policy as parts of sentences. */

/** `sessions in state "idle" for 5m or longer, connected for 12h or longer, of applications "DBeaver*"` */
export function rungLine(rung: Rung): string {
  return `sessions in state "${rung.state}" for ${ageText(rung.minAgeMs)} or longer${conditionsText(rung)}`;
}

const HARM_TEXTS: Readonly<Record<Harm, string>> = {
  blocks: 'block another session',
  holdsBackVacuum: 'hold back vacuum',
};

/** The same for a rule of `reap`. */
export function reapLine({ state = 'idle', onlyIf, ...rule }: ReapRule): string {
  const harm = onlyIf ? `, only if they ${onlyIf.map((each) => HARM_TEXTS[each]).join(' or ')}` : '';
  return `${rungLine({ state, ...rule })}${harm}`;
}

function conditionsText(line: Pick<Rung, 'connectionAgeMs'> & Selection): string {
  const connected =
    line.connectionAgeMs === undefined ? '' : `, connected for ${ageText(line.connectionAgeMs)} or longer`;
  const about = selectionText(line);
  return `${connected}${about === '' ? '' : `, of ${about}`}`;
}

/** `applications "etl-*" and users "batch"`: a session has to match all of the lists. */
function selectionText(selection: Selection): string {
  const lists = SELECTION_KEYS.flatMap((key) => {
    const patterns = selection[key];
    return patterns === undefined ? [] : [`${key} ${patternsText(patterns)}`];
  });
  return listText(lists, lists.length);
}

export function youngerThanLine(line: YoungerThan): string {
  return `until ${ageText(line.ageMs)} in their state: ${selectionText(line)}`;
}

export function betweenLine({ from, to, zone, ...line }: Between): string {
  return `between ${from} and ${to} (${cleanName(zone)}): ${selectionText(line) || 'all sessions'}`;
}

export function patternsText(patterns: readonly string[]): string {
  if (patterns.length === 0) return 'none, so that it takes no session at all';
  return listText(
    patterns.map((pattern) => `"${cleanName(pattern)}"`),
    patterns.length,
  );
}

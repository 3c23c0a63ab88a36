import { cleanName } from '../../core/base/clean-text.ts';
import { counted, listText } from '../../core/base/words.ts';
import type { FleetSwitch } from '../../core/fleet/cell-items.ts';
import { unprovenText } from '../../core/fleet/cell-proof.ts';
import type { LadderPlace } from '../../core/fleet/ladder.ts';
import type { SeenCell } from '../../core/fleet/seen-cell.ts';
import { ladderSentence } from './ladder-words.ts';
import { timeText } from './phrases.ts';

/** What the switches say: what they hold down, and who resumed the cell. */
export function switchTexts({ people, organisation }: SeenCell): readonly string[] {
  return [switchText('The cell', people), switchText('The organisation', organisation)].filter(
    (text) => text !== null,
  );
}

/** Whether anything may be enforced in the cell: what is proven of its logins, by which person and when. */
export function proofWords({ proof }: Pick<SeenCell, 'proof'>): string {
  const why = unprovenText(proof);
  if (proof === null || proof.kind === 'unreadable' || why !== null)
    return `Nothing is enforced: ${ladderSentence(why ?? '')}.`;
  const who = `${timeText(proof.at)} by ${cleanName(proof.by, 100)}`;
  if (proof.kind === 'ids') return `Login roles name databases by their ids: said ${who}.`;
  return `Logins go by the tag: proven ${who}, with ${cleanName(proof.database ?? 'a database', 100)}.`;
}

function switchText(place: string, found: FleetSwitch | null): string | null {
  if (found === null) return null;
  const { mode, by, at, until, problem } = found;
  if (mode === 'enforce')
    return at === null || by === '' ? null : `${place} was resumed ${timeText(at)} by ${cleanName(by, 100)}.`;
  const reason = problem ?? found.reason;
  const since = at === null ? '' : ` since ${timeText(at)}`;
  const who = by === '' ? '' : ` by ${cleanName(by, 100)}`;
  const why = reason === null ? '' : `, ${cleanName(reason, 200)}`;
  return `${place} is switched to ${mode}${since}${who}${why}, ${until === null ? 'without an end' : `until ${timeText(until)}`}.`;
}

/** What changed by itself, and what no ladder shows. */
export function driftTexts({ places, unreadable, policies, state }: SeenCell): readonly string[] {
  const asides = Map.groupBy(
    places.filter(({ aside }) => aside !== null),
    ({ aside }) => aside ?? '',
  );
  return [
    ...places.filter(isNew).map(newText),
    ...[...asides].map(([why, some]) => `${listText(some.map(databaseName))}: ${cleanName(why, 100)}.`),
    ...policies.flatMap(({ name, problem }) =>
      problem === null ? [] : [`Policy ${name} is not the one in the bucket: ${cleanName(problem, 200)}.`],
    ),
    ...(unreadable.length === 0
      ? []
      : [
          `${counted(unreadable.length, 'item')} of the registry cannot be read by this version: ${listText(unreadable)}.`,
        ]),
    ...(state.apiAwaySince === null
      ? []
      : [
          `RDS has not answered the dispatcher since ${timeText(state.apiAwaySince)}: the last registry holds.`,
        ]),
    ...(state.bucketAwaySince === null
      ? []
      : [
          `The organisation's bucket has not answered since ${timeText(state.bucketAwaySince)}: the last policies hold.`,
        ]),
  ];
}

/** In quarantine although it is tagged to enforce: mostly a restore or a clone. */
function isNew({ next, seen }: LadderPlace): boolean {
  return seen.mode.limits.some(({ source }) => source === 'quarantine') && next !== null;
}

function newText({ seen: { database } }: LadderPlace): string {
  const { source, firstSeen, observeUntil } = database;
  const from = source === null ? '' : `, restored from ${cleanName(source)}`;
  return `${cleanName(database.name)} is new since ${timeText(firstSeen)}${from}: it observes until ${timeText(observeUntil)}.`;
}

export function databaseName({ seen }: LadderPlace): string {
  return cleanName(seen.database.name);
}

import { counted, listText } from '../base/words.ts';
import { exceptSuperuser, idleProtection } from '../plan/by-hand-protection.ts';
import { isHypothetical, mayHaveEnded, terminationsOf } from '../run/terminations.ts';
import { groupOf, type Session } from '../server/session.ts';
import { countsFor, type Pressure } from '../server/slots.ts';
import { superusersIn } from '../server/superusers-in.ts';
import type { Advice } from './advice.ts';
import { type AdviceFacts, explainedSessions, type KnownCulprit } from './advice-facts.ts';
import { endByHand, exactly, isKnown, MOST_BY_HAND } from './end-by-hand.ts';

/** A session that became idle more recently belongs to a pool that works. */
const LEAST_IDLE_MS = 60_000;

/**
 * How a person frees slots when no run does: because it only observes, is paused, or found too few sessions
 * that the policy lets it end. The sessions are idle ones of the programs that the cause names.
 */
export function endIdle(facts: AdviceFacts): readonly Advice[] {
  const missing = missingSlots(facts);
  if (missing <= 0) return [];
  const sessions = longestIdle(facts, missing);
  const listed = blamed(facts).filter((culprit) =>
    explainedSessions(culprit).some((each) => sessions.includes(each)),
  );
  const names = listText([...new Set(listed.map((culprit) => nameOf(culprit, sessions)))]);
  const these = sessions.length === 1 ? 'this idle session' : `these ${sessions.length} idle sessions`;
  const slots = `${counted(sessions.length, 'slot')} of the ${missing} that are missing`;
  return endByHand(facts, {
    sessions,
    act: 'end',
    while: 'state',
    look: `Look at ${these} of ${names}`,
    next: `If nobody needs them, end ${exactly(sessions)}. That frees ${slots}.${othersText(facts, sessions)}`,
  });
}

/** The message says what a run would end. Another program may have rested longer than the one behind the cause. */
function othersText({ record }: AdviceFacts, listed: readonly Session[]): string {
  const victims = new Set(record.plan?.victims.map(({ session }) => session.pid));
  const isOther = victims.size > 0 && !listed.some(({ pid }) => victims.has(pid));
  return isOther && isHypothetical(record)
    ? ' A run would end others: it goes by the policy and knows no cause.'
    : '';
}

/** Several programs may share a cause, such as the tools of several people. Those with listed sessions are counted. */
function nameOf(culprit: KnownCulprit, listed: readonly Session[]): string {
  const { name, sessions } = culprit;
  const alike = explainedSessions(culprit).filter(
    (session) => !sessions.includes(session) && listed.includes(session),
  );
  const others = new Set(alike.map(({ user, application }) => `${user} ${application}`)).size;
  return others === 0 ? name : `${name} and ${counted(others, 'program')} like it`;
}

/** The programs behind the cause. Any program may fill a limit, each for its own cause. */
function blamed({ culprits, diagnosis }: AdviceFacts): readonly KnownCulprit[] {
  const behind = culprits.filter(({ cause }) => cause === diagnosis.cause);
  return behind.length > 0 ? behind : culprits.filter(({ cause }) => cause !== 'lock-pile-up');
}

/** The scope that lacks slots: the first one under pressure, as the plan found it. */
function shortScope({ record, slots }: AdviceFacts): Pressure | null {
  const planned = record.plan?.pressure.find(({ under }) => under) ?? null;
  return planned ?? (slots.under ? slots : null);
}

/** What that scope still lacks after the run, where the run leaves it to a person. Otherwise 0. */
export function missingSlots(facts: AdviceFacts): number {
  const { record } = facts;
  const isOpen = isHypothetical(record) || record.outcome === 'partial' || record.outcome === 'no-candidates';
  const scope = shortScope(facts);
  if (!isOpen || scope === null) return 0;
  const ended = isHypothetical(record) ? 0 : terminationsOf(record).filter(mayHaveEnded).length;
  return scope.need - ended;
}

function longestIdle(facts: AdviceFacts, missing: number): readonly Session[] {
  const { record, snapshot } = facts;
  const scope = shortScope(facts)?.scope ?? { kind: 'server' };
  const ended = new Set(record.attempts.map(({ pid }) => pid));
  // Those first that the message says a run would end.
  const victims = new Set(record.plan?.victims.map(({ session }) => session.pid));
  const isChosen = ({ pid }: Session) => victims.has(pid);
  const sessions = blamed(facts).flatMap(explainedSessions);
  const protection = idleProtection(snapshot, record.policy);
  const spares = superusersIn(sessions) ? exceptSuperuser(protection) : protection;
  return sessions
    .filter(({ state, stateAgeMs }) => state === 'idle' && (stateAgeMs ?? 0) >= LEAST_IDLE_MS)
    .filter((session) => countsFor(scope, groupOf(session)))
    .filter((session) => isKnown(session) && !ended.has(session.pid ?? 0) && spares(session) === null)
    .toSorted(
      (a, b) =>
        Number(isChosen(b)) - Number(isChosen(a)) ||
        (b.stateAgeMs ?? 0) - (a.stateAgeMs ?? 0) ||
        (a.pid ?? 0) - (b.pid ?? 0),
    )
    .slice(0, Math.min(MOST_BY_HAND, missing));
}

import { ageText, counted, listText } from '../base/words.ts';
import { workProtection } from '../plan/by-hand-protection.ts';
import { CLIENT_BACKEND, type Session } from '../server/session.ts';
import type { Advice } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { endByHand, exactly, isKnown, isToldToEnd, sessionName } from './end-by-hand.ts';
import { isLeft } from './end-work.ts';
import { passBy } from './pass-by.ts';
import { type RootBlocker, rootBlocker } from './root-blocker.ts';

/** Statements for more sessions would be a list, not advice. */
const MOST_SESSIONS = 3;

/** The session at the head of a queue for locks. We never end active work, so a person has to decide. */
export function endBlocker(facts: AdviceFacts): readonly Advice[] {
  const { snapshot } = facts;
  const blocker = rootBlocker(snapshot);
  if (blocker === null || blocker.passesOn) return [];
  const { session, beside } = blocker;
  const protection = workProtection(snapshot);
  const isEndable = (each: Session | null): each is Session =>
    each !== null && each.backendType === CLIENT_BACKEND && isKnown(each) && protection(each) === null;
  if (!isEndable(session)) return passBy(facts, blocker, session === null ? null : protection(session));
  if (isToldToEnd(facts, session)) return [];
  const named = [session, ...beside.slice(0, MOST_SESSIONS - 1)];
  const sessions = named.filter(isEndable).filter((each) => !isToldToEnd(facts, each));
  const isActive = sessions.some(({ state }) => state === 'active');
  return endByHand(facts, {
    sessions,
    act: isActive ? 'cancel' : 'end',
    while: isActive ? 'transaction' : 'state',
    look: `${sessionName(session)} blocks ${counted(blocker.waiting, 'session')}${guessOf(blocker)} and ${doing(session)}.${besideOf(blocker, named)} Look at ${sessions.length === 1 ? 'it' : 'them'}`,
    next: `${how(sessions, isActive)} Then the queue of ${blocker.waiting} moves${beside.length === 0 ? '' : ' when all holders have ended'}.`,
  });
}

/**
 * Sessions without a conflicting holder wait for those before them in the queue. Its order is not visible.
 */
function guessOf({ guessed }: RootBlocker): string {
  return guessed === 0 ? '' : ` (for ${guessed} of them this is a guess, by their place in the queue)`;
}

function besideOf({ beside }: RootBlocker, named: readonly (Session | null)[]): string {
  if (beside.length === 0) return '';
  const names = named.slice(1).map((each) => (each === null ? 'a prepared transaction' : sessionName(each)));
  const more = beside.length - names.length;
  const others = listText([...names, ...(more > 0 ? [`${more} more`] : [])]);
  return ` It holds the lock together with ${others}: the queue moves when all ${beside.length + 1} have ended.`;
}

function doing({ state, stateAgeMs, queryAgeMs, transactionAgeMs, advisoryLock }: Session): string {
  if (state === 'active') return `has run its statement for ${ageText(queryAgeMs ?? 0)}`;
  const lock = state === 'idle' && advisoryLock === true ? ' with an advisory lock' : '';
  return `has been ${state ?? 'in an unknown state'}${lock} for ${ageText(stateAgeMs ?? transactionAgeMs ?? 0)}`;
}

function how(sessions: readonly Session[], isActive: boolean): string {
  if (isActive) {
    const what = sessions.length === 1 ? 'exactly this statement' : `what ${exactly(sessions)} run`;
    return `Cancel ${what}; terminate only if that fails.`;
  }
  const why = sessions.every(isLeft) ? 'A cancel does not reach it' : 'A cancel does not release it';
  return `${why}: end ${exactly(sessions)} if no person works in it.`;
}

import { ageText, counted, listText } from '../base/words.ts';
import { idleProtection, workProtection } from '../plan/by-hand-protection.ts';
import type { Session } from '../server/session.ts';
import type { Advice } from './advice.ts';
import type { AdviceFacts, KnownCulprit } from './advice-facts.ts';
import { endByHand, exactly, isKnown, isToldToEnd, MOST_BY_HAND } from './end-by-hand.ts';

/** Sessions whose hosts are gone: the server keeps them for hours. Those in a transaction hold locks as well. */
export function endGone(facts: AdviceFacts): readonly Advice[] {
  const sessions = silent(facts);
  const [first] = sessions;
  if (first === undefined) return [];
  const hosts = [...new Set(sessions.map(({ address }) => address))];
  const isStuck = sessions.some(isUntaken);
  const why = isStuck
    ? `have not taken their answers for up to ${ageText(first.stateAgeMs ?? 0)}, and a cancel may do nothing there`
    : `have been silent for up to ${ageText(first.stateAgeMs ?? 0)}`;
  return endByHand(facts, {
    sessions,
    act: 'end',
    while: 'state',
    look: `Clients at ${listText(hosts)} ${why}. See whether ${hosts.length === 1 ? 'this host still runs' : 'these hosts still run'}. Look at ${sessions.length === 1 ? 'its session' : `${sessions.length} of their sessions`}`,
    next: `If ${hosts.length === 1 ? 'it is' : 'they are'} gone, end ${exactly(sessions)}. That frees ${counted(sessions.length, 'slot')}.`,
  });
}

function silent(facts: AdviceFacts): readonly Session[] {
  const { snapshot, record, culprits } = facts;
  const [idle, work] = [idleProtection(snapshot, record.policy), workProtection(snapshot)];
  return culprits
    .flatMap(membersOf)
    .filter((each) => isKnown(each) && !isToldToEnd(facts, each))
    .filter((each) => (each.state === 'idle' ? idle(each) : work(each)) === null)
    .toSorted((a, b) => (b.stateAgeMs ?? 0) - (a.stateAgeMs ?? 0) || (a.pid ?? 0) - (b.pid ?? 0))
    .slice(0, MOST_BY_HAND);
}

/** Without members nothing tells the sessions of lost hosts from those that the program has elsewhere. */
export function membersOf({ cause, members = [], sessions }: KnownCulprit): readonly Session[] {
  const dead = new Set(cause === 'dead-clients' ? members : []);
  return sessions.filter((each) => dead.has(each));
}

/** The client does not read its answer. */
export function isUntaken({ state, waitEvent }: Session): boolean {
  return state === 'active' && waitEvent === 'ClientWrite';
}

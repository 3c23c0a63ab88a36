import { addressMatcher } from '../base/address.ts';
import { serverTimeMs } from '../base/server-time.ts';
import { isBetween, minuteOf, minuteOfDay } from '../base/wall-clock.ts';
import type { Between, Protect, YoungerThan } from '../policy/policy.ts';
import { writtenAge } from '../policy/policy-age.ts';
import type { Selection } from '../policy/selection.ts';
import type { Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { couldMatchAll } from './name-protection.ts';

type Check = (session: Session) => string | null;

/**
 * What `protect.between` and `protect.youngerThan` spare. The time of the day is that of the server's clock when the
 * snapshot was taken. Without it, or with a zone that Node does not know any more, the line counts as if it were that
 * time: in doubt the session is spared.
 */
export function timeProtection({ takenAt }: Snapshot, { between = [], youngerThan = [] }: Protect): Check {
  const now = serverTimeMs(takenAt);
  const checks = [
    ...between.filter((line) => holdsAt(line, now)).map(betweenCheck),
    ...youngerThan.map(youngerCheck),
  ];
  return (session) => {
    for (const check of checks) {
      const detail = check(session);
      if (detail !== null) return detail;
    }
    return null;
  };
}

function holdsAt({ from, to, zone }: Between, now: number | null): boolean {
  const [first, end] = [minuteOf(from), minuteOf(to)];
  if (now === null || first === null || end === null) return true;
  try {
    return isBetween(minuteOfDay(now, zone), first, end);
  } catch {
    return true;
  }
}

function betweenCheck(line: Between): Check {
  const isMeant = couldMatch(line);
  const detail = `between ${line.from} and ${line.to}, ${line.zone}`;
  return (session) => (isMeant(session) ? detail : null);
}

function youngerCheck(line: YoungerThan): Check {
  const isMeant = couldMatch(line);
  const detail = `in its state for less than ${writtenAge(line.ageMs)}`;
  return (session) =>
    session.stateAgeMs !== null && session.stateAgeMs < line.ageMs && isMeant(session) ? detail : null;
}

function couldMatch(selection: Selection): (session: Session) => boolean {
  const { users, databases, applications, addresses } = selection;
  const names = couldMatchAll({
    ...(users && { users }),
    ...(databases && { databases }),
    ...(applications && { applications }),
  });
  const matchesAddress = addresses === undefined ? () => true : addressMatcher(addresses);
  return (session) => names(session) && matchesAddress(session.address);
}

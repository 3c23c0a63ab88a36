import { serverTimeMs } from '../base/server-time.ts';
import { programNames } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import { HIDDEN_STATEMENT, type Session } from '../server/session.ts';
import { slotHolders } from '../server/slots.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { Cause, Culprit } from './cause.ts';

/** A shape that fewer sessions share says nothing about the program. */
const FEWEST_ALIKE = 2;

/** What the sessions behind one cause tell about it, beside the evidence in words. */
export type CulpritEvidence = {
  /** Since when it lasts, in milliseconds since the epoch by the server's clock. Null when unknown. */
  readonly since: number | null;
  /**
   * The statement that most of these sessions run, or ran last, and how many do. Null when the record has no
   * statements, or no two are alike.
   */
  readonly statement: { readonly text: string; readonly count: number; readonly of: number } | null;
};

export function culpritEvidence(snapshot: Snapshot, culprit: Culprit): CulpritEvidence {
  const nameOf = programNames(snapshot);
  const name = groupText(culprit.usage.group);
  const ofProgram = slotHolders(snapshot).filter((session) => groupText(nameOf(session)) === name);
  const those = ofProgram.filter(DOING[culprit.cause] ?? (() => true));
  return { since: sinceOf(snapshot, culprit, those), statement: mostAlike(those) };
}

const isActive = ({ state }: Session) => state === 'active';
const isInTransaction = ({ state }: Session) => state?.startsWith('idle in transaction') === true;
const isIdle = ({ state }: Session) => state === 'idle';

/** Which of a program's sessions do what the cause says. All of them when it is not in the list. */
const DOING: Readonly<Partial<Record<Cause, (session: Session) => boolean>>> = {
  'connection-leak': isIdle,
  'oversized-idle-pools': isIdle,
  'slow-queries': isActive,
  'traffic-spike': isActive,
  'clients-owe-input': isActive,
  'idle-in-transaction': isInTransaction,
};

type AgeOf = (session: Session) => number | null;

const transactionAge: AgeOf = ({ transactionAgeMs, stateAgeMs }) => transactionAgeMs ?? stateAgeMs;
const queryAge: AgeOf = ({ queryAgeMs, stateAgeMs }) => queryAgeMs ?? stateAgeMs;

/** The age that says since when a cause lasts: that of the oldest session. Null where none does. */
const AGES: Readonly<Partial<Record<Cause, AgeOf>>> = {
  'slow-queries': queryAge,
  'clients-owe-input': queryAge,
  'idle-in-transaction': transactionAge,
  'lock-pile-up': transactionAge,
};

function sinceOf(snapshot: Snapshot, { cause, opening }: Culprit, those: readonly Session[]): number | null {
  const takenAt = serverTimeMs(snapshot.takenAt);
  if (takenAt === null) return null;
  if (opening !== null) return takenAt - opening.sinceMs;
  const ageOf = AGES[cause];
  const ages = ageOf === undefined ? [] : those.map(ageOf).filter((age) => age !== null);
  return ages.length === 0 ? null : takenAt - Math.max(...ages);
}

function mostAlike(those: readonly Session[]): CulpritEvidence['statement'] {
  const known = those.filter(({ lastStatement }) => lastStatement && lastStatement !== HIDDEN_STATEMENT);
  const [first] = [...Map.groupBy(known, ({ lastStatement }) => lastStatement ?? '')].toSorted(
    ([, some], [, more]) => more.length - some.length,
  );
  if (first === undefined) return null;
  const [text, { length }] = first;
  const isTelling = length >= FEWEST_ALIKE || known.length === 1;
  return isTelling && length * 2 >= known.length ? { text, count: length, of: those.length } : null;
}

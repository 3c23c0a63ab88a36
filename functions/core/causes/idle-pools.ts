import type { Opening } from '../diagnosis.ts';
import { medianOf } from '../median.ts';
import { type Openings, openingsOf, type Steady } from '../opening.ts';
import type { RunRecord } from '../record.ts';
import { type Pressure, scopeName } from '../slots.ts';
import { ageText, counted } from '../words.ts';
import { inUse, isUsedAgain } from './at-work.ts';
import { type Clue, type Clues, sumOf } from './clues.ts';
import { openedOneByOne } from './one-by-one.ts';
import { agesOf, confidenceIn, doing, notMoreThan, type Suspect, suspect } from './suspect.ts';

/**
 * `connection-leak` and `oversized-idle-pools`: both are many idle sessions. A leak opens them one after the other and
 * never uses them again; a pool opens them together, or has used them all and needs them no more.
 */
export function idlePools(all: Clues, kin: readonly Clue[]): Suspect | null {
  const resting = doing(kin, 'resting');
  if (resting.length * 10 < kin.length * 6) return null;
  const openings = openingsOf(agesOf(kin, 'openedMs'));
  const unused = resting.filter((clue) => !isUsedAgain(clue));
  const { steady, inBursts } = openings;
  const isForgotten = unused.length * 10 >= resting.length * 6;
  if (steady !== null && isLeak(steady, inBursts, kin.length) && isForgotten)
    return leak(all, kin, { resting, unused }, steady);
  // Too fast to show as steady.
  if (isForgotten && openedOneByOne(kin) * 10 >= kin.length * 7)
    return leak(all, kin, { resting, unused }, null);
  const poolsOpened = inBurstsByAddress(kin);
  if (poolsOpened * 2 >= kin.length && inUse(kin).length * 2 < kin.length)
    return pools(all, kin, resting, openings);
  const stale = resting.filter((clue) => !inUse([clue]).length);
  if (stale.length * 10 >= kin.length * 6 && unused.length * 2 < resting.length)
    return pools(all, kin, resting, openings);
  return null;
}

/** Most of the sessions have come steadily, whatever the pool opened at its start. */
function isLeak({ sessions }: Steady, inBursts: number, of: number): boolean {
  return sessions * 2 >= of && inBursts * 2 <= of;
}

/** Each process opens its pool when it starts: together, at its own address. */
function inBurstsByAddress(kin: readonly Clue[]): number {
  const each = [...Map.groupBy(kin, ({ session }) => session.address).values()];
  const together = openingsOf(agesOf(kin, 'openedMs')).inBursts;
  return Math.max(
    together,
    sumOf(each, (clues) => openingsOf(agesOf(clues, 'openedMs')).inBursts),
  );
}

type Idle = { readonly resting: readonly Clue[]; readonly unused: readonly Clue[] };

function leak(all: Clues, kin: readonly Clue[], { resting, unused }: Idle, steady: Steady | null): Suspect {
  const confidence = confidenceIn(steady?.sessions ?? kin.length, kin.length);
  const typical = medianOf(agesOf(resting, 'sinceMs')) ?? 0;
  return suspect(all, kin, {
    cause: 'connection-leak',
    confidence: steady === null ? notMoreThan('medium', confidence) : confidence,
    opening: steady && openingFor(all, steady),
    evidence: [
      `${resting.length} of ${kin.length} are idle, half of them for over ${ageText(typical)}; ${unused.length} were not used again after they were opened`,
      steady === null
        ? `${openedOneByOne(kin)} were opened while the one before had done its work and rested`
        : `opened one every ${ageText(3_600_000 / steady.perHour)} over ${ageText(steady.spanMs)}`,
    ],
  });
}

/** Until the slots are gone at this rate that are free after the run, if it read them again. */
function openingFor({ record, server }: Clues, { perHour, spanMs }: Steady): Opening {
  return { perHour, spanMs, fullInMs: fullIn(record, server, perHour) };
}

/** The same for the slots of any scope, milliseconds. */
export function fullIn({ readings }: RunRecord, before: Pressure, perHour: number): number {
  const { kind } = before.scope;
  const after = readings
    .at(-1)
    ?.pressure.find(({ scope }) => scope.kind === kind && scopeName(scope) === scopeName(before.scope));
  return Math.round((Math.max(0, (after ?? before).free) * 3_600_000) / perHour);
}

function pools(all: Clues, kin: readonly Clue[], resting: readonly Clue[], openings: Openings): Suspect {
  const addresses = new Set(kin.map(({ session }) => session.address)).size;
  const used = inUse(kin);
  const confidence = confidenceIn(resting.length, kin.length);
  return suspect(all, kin, {
    cause: 'oversized-idle-pools',
    confidence: openings.bursts > 0 ? confidence : notMoreThan('medium', confidence),
    evidence: [
      `${resting.length} of ${kin.length} are idle, half of them for over ${ageText(medianOf(agesOf(resting, 'sinceMs')) ?? 0)}; ${counted(used.length, 'session')} in use`,
      ...(openings.inBursts > 0
        ? [
            `${openings.inBursts} were opened in ${counted(openings.bursts, 'burst')}, as pools do when they start`,
          ]
        : []),
      ...(addresses > 1
        ? [`${addresses} addresses with ${Math.round(kin.length / addresses)} sessions each`]
        : []),
    ],
  });
}

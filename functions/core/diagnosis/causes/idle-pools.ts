import { medianOf } from '../../base/median.ts';
import { ageText, counted, partText, rateText } from '../../base/words.ts';
import type { RunRecord } from '../../run/record.ts';
import { type Pressure, scopeName } from '../../server/slots.ts';
import type { Opening } from '../cause.ts';
import { type Clue, type Clues, sumOf } from '../evidence.ts';
import { neverWorked, openedOneByOne } from '../opening-order.ts';
import { type Openings, openingsOf, type Steady } from '../opening-rate.ts';
import { agesOf, confidenceIn, doing, notMoreThan, type Suspect, suspect } from '../suspect.ts';
import { inUse, isUsedAgain } from './busy-sessions.ts';

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
  if (steady !== null && isLeak(steady, inBursts, kin) && isForgotten)
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

/**
 * Most of the sessions have come steadily, whatever the pool opened at its start. A pool that opens slowly looks so as well,
 * but none of its sessions has worked, and it has come to an end.
 */
function isLeak({ sessions, spanMs }: Steady, inBursts: number, kin: readonly Clue[]): boolean {
  const sinceMs = Math.max(0, ...agesOf(kin, 'openedMs'));
  const mayBePool = neverWorked(kin).length * 10 >= kin.length * 8 && spanMs * 2 < sinceMs;
  return sessions * 2 >= kin.length && inBursts * 2 <= kin.length && !mayBePool;
}

/** Each process opens its pool when it starts: together, at its own address. */
function inBurstsByAddress(kin: readonly Clue[]): number {
  const each = [...Map.groupBy(kin, ({ session }) => session.address).values()];
  const together = openingsOf(agesOf(kin, 'openedMs')).inBursts;
  return Math.max(
    together,
    sumOf(each, (clues) => Math.max(openingsOf(agesOf(clues, 'openedMs')).inBursts, inOneGo(clues))),
  );
}

/** On a busy host a pool takes longer to open: within a tenth of the time that it has been there is still at its start. */
function inOneGo(clues: readonly Clue[]): number {
  const ages = agesOf(clues, 'openedMs');
  const [first, last] = [Math.max(0, ...ages), Math.min(...ages)];
  return clues.length >= FEWEST_IN_POOL && first - last <= first * 0.1 ? clues.length : 0;
}

const FEWEST_IN_POOL = 4;

type Idle = { readonly resting: readonly Clue[]; readonly unused: readonly Clue[] };

function leak(all: Clues, kin: readonly Clue[], { resting, unused }: Idle, steady: Steady | null): Suspect {
  const confidence = confidenceIn(steady?.sessions ?? kin.length, kin.length);
  const typical = medianOf(agesOf(resting, 'sinceMs')) ?? 0;
  return suspect(all, kin, {
    cause: 'connection-leak',
    confidence: steady === null ? notMoreThan('medium', confidence) : confidence,
    opening: steady && openingFor(all, steady),
    evidence: [
      `${partText(resting.length, kin.length)} are idle, half of them for over ${ageText(typical)}`,
      `${unused.length === resting.length ? 'all' : unused.length} of them ran one piece of work and were never used again`,
      steady === null
        ? `${openedOneByOne(kin)} were opened while the one before was already idle`
        : `${paceText(steady.perHour)} over ${ageText(steady.spanMs)}`,
    ],
  });
}

function paceText(perHour: number): string {
  return perHour > 3_600
    ? `it opened ${rateText(perHour)}`
    : `it opened one every ${ageText(3_600_000 / perHour)}`;
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
      `${partText(resting.length, kin.length)} are idle, half of them for over ${ageText(medianOf(agesOf(resting, 'sinceMs')) ?? 0)}`,
      `${counted(used.length, 'session')} ${used.length === 1 ? 'was' : 'were'} in use`,
      ...(openings.inBursts > 0
        ? [
            `${openings.inBursts} were opened in ${counted(openings.bursts, 'burst')}, as pools do when they start`,
          ]
        : []),
      ...(addresses > 1
        ? [`they come from ${addresses} addresses, with ${Math.round(kin.length / addresses)} sessions each`]
        : []),
    ],
  });
}

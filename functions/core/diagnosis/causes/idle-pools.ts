import { medianOf } from '../../base/median.ts';
import { ageText, counted, partText, rateText } from '../../base/words.ts';
import type { RunRecord } from '../../run/record.ts';
import { type Pressure, scopeName } from '../../server/slots.ts';
import type { OpeningRate } from '../cause.ts';
import { type Evidence, type SessionEvidence, sumOf } from '../evidence.ts';
import { neverWorked, openedOneByOne } from '../opening-order.ts';
import { type Openings, openingsOf, type Steady } from '../opening-rate.ts';
import { agesOf, cappedAt, confidenceIn, doing, type Suspect, suspect } from '../suspect.ts';
import { inUse, isUsedAgain } from './busy-sessions.ts';

/**
 * `connection-leak` and `oversized-idle-pools`: both are many idle sessions. A leak opens them one after the other and
 * never uses them again; a pool opens them together, or has used them all and needs them no more.
 */
export function idlePools(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const resting = doing(program, 'resting');
  if (resting.length * 10 < program.length * 6) return null;
  const openings = openingsOf(agesOf(program, 'openedMs'));
  const unused = resting.filter((member) => !isUsedAgain(member));
  const { steady, inBursts } = openings;
  const isForgotten = unused.length * 10 >= resting.length * 6;
  if (steady !== null && isLeak(steady, inBursts, program) && isForgotten)
    return leak(all, program, { resting, unused }, steady);
  // Too fast to show as steady.
  if (isForgotten && openedOneByOne(program) * 10 >= program.length * 7)
    return leak(all, program, { resting, unused }, null);
  const poolsOpened = inBurstsByAddress(program);
  if (poolsOpened * 2 >= program.length && inUse(program).length * 2 < program.length)
    return pools(all, program, resting, openings);
  const stale = resting.filter((member) => !inUse([member]).length);
  if (stale.length * 10 >= program.length * 6 && unused.length * 2 < resting.length)
    return pools(all, program, resting, openings);
  return null;
}

/**
 * Most of the sessions have come steadily, whatever the pool opened at its start. A pool that opens slowly looks so as well,
 * but none of its sessions has worked, and it has come to an end.
 */
function isLeak(
  { sessions, spanMs }: Steady,
  inBursts: number,
  program: readonly SessionEvidence[],
): boolean {
  const sinceMs = Math.max(0, ...agesOf(program, 'openedMs'));
  const mayBePool = neverWorked(program).length * 10 >= program.length * 8 && spanMs * 2 < sinceMs;
  return sessions * 2 >= program.length && inBursts * 2 <= program.length && !mayBePool;
}

/** Each process opens its pool when it starts: together, at its own address. */
function inBurstsByAddress(program: readonly SessionEvidence[]): number {
  const each = [...Map.groupBy(program, ({ session }) => session.address).values()];
  const together = openingsOf(agesOf(program, 'openedMs')).inBursts;
  return Math.max(
    together,
    sumOf(each, (members) => Math.max(openingsOf(agesOf(members, 'openedMs')).inBursts, inOneGo(members))),
  );
}

/** On a busy host a pool takes longer to open: within a tenth of the time that it has been there is still at its start. */
function inOneGo(members: readonly SessionEvidence[]): number {
  const ages = agesOf(members, 'openedMs');
  const [first, last] = [Math.max(0, ...ages), Math.min(...ages)];
  return members.length >= FEWEST_IN_POOL && first - last <= first * 0.1 ? members.length : 0;
}

const FEWEST_IN_POOL = 4;

type Idle = { readonly resting: readonly SessionEvidence[]; readonly unused: readonly SessionEvidence[] };

function leak(
  all: Evidence,
  program: readonly SessionEvidence[],
  { resting, unused }: Idle,
  steady: Steady | null,
): Suspect {
  const confidence = confidenceIn(steady?.sessions ?? program.length, program.length);
  const typical = medianOf(agesOf(resting, 'sinceMs')) ?? 0;
  return suspect(all, program, {
    cause: 'connection-leak',
    confidence: steady === null ? cappedAt('medium', confidence) : confidence,
    opening: steady && openingFor(all, steady),
    evidence: [
      `${partText(resting.length, program.length)} are idle, half of them for over ${ageText(typical)}`,
      `${unused.length === resting.length ? 'all' : unused.length} of them ran one piece of work and were never used again`,
      steady === null
        ? `${openedOneByOne(program)} were opened while the one before was already idle`
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
function openingFor({ record, server }: Evidence, { perHour, spanMs }: Steady): OpeningRate {
  return { perHour, spanMs, fullInMs: msUntilFull(record, server, perHour) };
}

/** The same for the slots of any scope, milliseconds. */
export function msUntilFull({ readings }: RunRecord, before: Pressure, perHour: number): number {
  const { kind } = before.scope;
  const after = readings
    .at(-1)
    ?.pressure.find(({ scope }) => scope.kind === kind && scopeName(scope) === scopeName(before.scope));
  return Math.round((Math.max(0, (after ?? before).free) * 3_600_000) / perHour);
}

function pools(
  all: Evidence,
  program: readonly SessionEvidence[],
  resting: readonly SessionEvidence[],
  openings: Openings,
): Suspect {
  const addresses = new Set(program.map(({ session }) => session.address)).size;
  const used = inUse(program);
  const confidence = confidenceIn(resting.length, program.length);
  return suspect(all, program, {
    cause: 'oversized-idle-pools',
    confidence: openings.bursts > 0 ? confidence : cappedAt('medium', confidence),
    evidence: [
      `${partText(resting.length, program.length)} are idle, half of them for over ${ageText(medianOf(agesOf(resting, 'sinceMs')) ?? 0)}`,
      `${counted(used.length, 'session')} ${used.length === 1 ? 'was' : 'were'} in use`,
      ...(openings.inBursts > 0
        ? [
            `${openings.inBursts} were opened in ${counted(openings.bursts, 'burst')}, as pools do when they start`,
          ]
        : []),
      ...(addresses > 1
        ? [
            `they come from ${addresses} addresses, with ${Math.round(program.length / addresses)} sessions each`,
          ]
        : []),
    ],
  });
}

import { ageText, counted, partText } from '../../base/words.ts';
import { isServerProgram } from '../../server/client-technology.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { wereHeldTogether } from '../held-together.ts';
import { wereLeftSlowly } from '../left-sessions.ts';
import { type Openings, openingsOf } from '../opening-rate.ts';
import { isBalanced, isReset, openedTogether, typicalRest, workOf } from '../pool-signs.ts';
import { OLDER_SERVER } from '../role-family.ts';
import { steadyOpenings } from '../steady-openings.ts';
import { agesOf, cappedAt, confidenceIn, doing, type Suspect, suspect } from '../suspect.ts';
import { isUsedInTurn } from '../used-in-turn.ts';
import { inUse, isUsedAgain } from './busy-sessions.ts';

/**
 * The share of idle sessions. In a program that uses its sessions now and then, this share is idle at any
 * moment.
 */
const RESTING = 0.6;
/** Poolers of one login run on fewer hosts. */
export const HOSTS_OF_SERVICE = 5;
/** The openings must have ended longer ago than twice the time that they took. */
const LONG_AGO = 2;

/**
 * `oversized-idle-pools`: idle sessions that a pool opened together, replaces by lifetime or has never used,
 * or that were all used once and are no longer needed.
 */
export function oversizedIdlePools(
  all: Evidence,
  program: readonly SessionEvidence[],
  isFamily = false,
): Suspect | null {
  const resting = doing(program, 'resting');
  if (resting.length < program.length * RESTING || inUse(program).length * 2 >= program.length) return null;
  const openings = openingsOf(agesOf(program, 'openedMs'));
  const isPool =
    // Idle small pools of many roles need no other sign.
    isFamily ||
    isOfServers(program) ||
    (!mayHaveLeaked(program) && looksLikePool(program, resting, openings));
  return isPool ? pools(all, program, resting, openings) : null;
}

function looksLikePool(
  program: readonly SessionEvidence[],
  resting: readonly SessionEvidence[],
  openings: Openings,
): boolean {
  return (
    PARTLY.has(workOf(program)) ||
    isUsedInTurn(program) ||
    wereHeldTogether(program) ||
    isBalanced(program) ||
    openedTogether(program, openings) * 2 >= program.length ||
    wasOpenedLongAgo(program) ||
    isUsedNowAndThen(program, resting)
  );
}

function isOfServers(program: readonly SessionEvidence[]): boolean {
  return program.every(({ session }) => isServerProgram(session));
}

const PARTLY: ReadonlySet<string> = new Set(['never worked', 'partly']);

function wasOpenedLongAgo(program: readonly SessionEvidence[]): boolean {
  const ages = agesOf(program, 'openedMs');
  const [first, last] = [Math.max(0, ...ages), Math.min(...ages)];
  return last >= (first - last) * LONG_AGO;
}

/** Without statements, a leak that has ended leaves the same as processes that were started slowly. */
function mayHaveLeaked(program: readonly SessionEvidence[]): boolean {
  if (workOf(program) !== 'untold' || !wasOpenedLongAgo(program)) return false;
  const steady = steadyOpenings(program);
  return steady !== null && wereLeftSlowly(program, steady);
}

function isUsedNowAndThen(program: readonly SessionEvidence[], resting: readonly SessionEvidence[]): boolean {
  const stale = resting.filter((member) => inUse([member]).length === 0);
  const again = resting.filter((member) => isUsedAgain(member) && wasUsedLater(member));
  return stale.length >= program.length * RESTING && again.length * 2 > resting.length;
}

/** A long first request ends early in the life of a session, and no request of a pool has to. */
function wasUsedLater({ openedMs, sinceMs }: SessionEvidence): boolean {
  return openedMs !== null && sinceMs !== null && openedMs - sinceMs > openedMs * LATER;
}

const LATER = 0.15;

function pools(
  all: Evidence,
  program: readonly SessionEvidence[],
  resting: readonly SessionEvidence[],
  openings: Openings,
): Suspect {
  const confidence = confidenceIn(resting.length, program.length);
  const used = inUse(program).length;
  const isSure = openings.bursts > 0 || workOf(program) === 'never worked';
  return suspect(all, program, {
    cause: 'oversized-idle-pools',
    confidence: isSure ? confidence : cappedAt('medium', confidence),
    evidence: [
      `${partText(resting.length, program.length)} are idle, half of them for over ${ageText(typicalRest(resting))}`,
      used === 0 ? 'none was in use' : `${counted(used, 'session was', 'sessions were')} in use`,
      ...(isOfServers(program)
        ? [
            'they belong to another server or to its administration, which opens one for each of its own sessions',
          ]
        : []),
      ...(openings.inBursts === 0 && wereHeldTogether(program)
        ? ['none of them rested before the last one was opened: a process held them together, as a pool does']
        : openedText(all, program, openings)),
      ...resetText(program),
      ...perAddressText(program),
    ],
  });
}

/** How many addresses there are is told with the program. */
function perAddressText(program: readonly SessionEvidence[]): readonly string[] {
  const sizes = [...Map.groupBy(program, ({ session }) => session.address).values()].map(
    ({ length }) => length,
  );
  if (sizes.length < 2) return [];
  const about = new Set(sizes).size === 1 ? '' : 'about ';
  return [`each address has ${about}${counted(Math.round(program.length / sizes.length), 'session')}`];
}

/** Without a name, which a reset takes away, a pool that resets its sessions looks like a pooler in session mode. */
function resetText(program: readonly SessionEvidence[]): readonly string[] {
  const reset = program.filter((member) => member.session.application === '' && isReset(member)).length;
  const hosts = new Set(program.map(({ session }) => session.address)).size;
  if (reset * 3 < program.length || hosts >= HOSTS_OF_SERVICE) return [];
  return [
    `${reset} were reset by DISCARD ALL, as a pool of their own does (slonik, Npgsql before 4) or a pooler in session mode (PgBouncer)`,
  ];
}

function openedText(
  { uptimeMs }: Evidence,
  program: readonly SessionEvidence[],
  { inBursts, bursts }: Openings,
): readonly string[] {
  if (inBursts > 0)
    return [
      `${partText(inBursts, program.length)} were opened in ${bursts === 1 ? 'one burst' : `${bursts} bursts`}, as pools do when they start`,
    ];
  const oldest = Math.max(0, ...agesOf(program, 'openedMs'));
  if (workOf(program) !== 'never worked' || (uptimeMs ?? 0) < oldest * OLDER_SERVER) return [];
  return [
    `none is older than ${ageText(oldest)} on a server that has run for ${ageText(uptimeMs ?? 0)}, and their last statements only prepare a session: a pool replaces them`,
  ];
}

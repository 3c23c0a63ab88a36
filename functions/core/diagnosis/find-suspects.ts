import { slowQueries, trafficSpike } from './causes/busy-sessions.ts';
import { clientsOweInput } from './causes/clients-owe-input.ts';
import { connectionLeak } from './causes/connection-leak.ts';
import { deadClients } from './causes/dead-clients.ts';
import { halfOpenClients, halfOpenUnseen } from './causes/half-open.ts';
import { idleInTransaction } from './causes/idle-in-transaction.ts';
import { developerTools, monitoringHog } from './causes/known-tools.ts';
import { lockPileUp } from './causes/lock-pile-up.ts';
import { oversizedIdlePools } from './causes/oversized-idle-pools.ts';
import { poolerOversized } from './causes/pooler-oversized.ts';
import { reconnectStorm } from './causes/reconnect-storm.ts';
import { sessionPerRequest } from './causes/session-per-request.ts';
import { leastShare } from './choose-cause.ts';
import { byProgramIn, type Evidence, type SessionEvidence } from './evidence.ts';
import { asFamily, roleFamilies } from './role-family.ts';
import type { Search, Suspect } from './suspect.ts';

/** Fewer sessions of one program cannot be the cause of a full server. */
const FEWEST_OF_PROGRAM = 3;

/** Searches within one program. The first one that finds a suspect counts. */
const OF_PROGRAM: readonly ((all: Evidence, program: readonly SessionEvidence[]) => Suspect | null)[] = [
  idleInTransaction,
  clientsOweInput,
  slowQueries,
  connectionLeak,
  oversizedIdlePools,
  sessionPerRequest,
  trafficSpike,
];

/** Many roles with a small pool each count together. */
const ofFamilies: Search = (all, left) =>
  roleFamilies(all, left).flatMap((family) => {
    const found = oversizedIdlePools(all, family.members, true);
    return found === null ? [] : [asFamily(all, found, family)];
  });

const byKin: Search = (all, left) =>
  byProgramIn(all, left)
    .filter(({ length }) => length >= FEWEST_OF_PROGRAM)
    .flatMap((program) => {
      for (const cause of OF_PROGRAM) {
        const found = cause(all, program);
        if (found !== null) return [found];
      }
      return [];
    });

/** Causes across programs come first, because in each single program they would look like another cause. */
const SEARCHES: readonly Search[] = [
  lockPileUp,
  developerTools,
  monitoringHog,
  deadClients,
  poolerOversized,
  ofFamilies,
  byKin,
];

/** All suspects among these sessions. Each session supports at most one. */
export function suspectsAmong(all: Evidence, holders: readonly SessionEvidence[]): readonly Suspect[] {
  const suspects: Suspect[] = [];
  let left = holders;
  for (const search of SEARCHES) {
    const found = search(all, left);
    suspects.push(...found);
    const taken = new Set(found.flatMap(({ members }) => members));
    const programOf = ({ session }: SessionEvidence) => all.programs.of(session);
    const replaced = new Set(
      found.filter((each) => isReplaced(all, each)).flatMap(({ members }) => members.map(programOf)),
    );
    left = left.filter((member) => !taken.has(member) && !replaced.has(programOf(member)));
  }
  return suspects;
}

/** Sessions that a program opened in place of many dead ones are no cause of their own. */
function isReplaced({ server }: Evidence, { cause, explains }: Suspect): boolean {
  return cause === 'dead-clients' && explains >= server.used * leastShare(cause);
}

/** The suspects of the whole server, with causes that no session shows. */
export function suspectsOf(all: Evidence): readonly Suspect[] {
  const halfOpen = halfOpenClients(all) ?? halfOpenUnseen(all);
  const storm = reconnectStorm(all, all.holders);
  const taken = new Set(storm?.members);
  const among = suspectsAmong(
    all,
    all.holders.filter((member) => !taken.has(member)),
  );
  return [...(storm ? [storm] : []), ...(halfOpen ? [halfOpen] : []), ...among];
}

import { type SessionEvidence, sumOf } from './evidence.ts';
import { openingsOf, type Steady } from './opening-rate.ts';
import { byPool } from './pool-signs.ts';
import { agesOf } from './suspect.ts';

/**
 * The steady openings of a program: of all its sessions, or else of each host. Hosts with the same fault may
 * open their sessions at the same moments, for example by one schedule. Together these look like bursts.
 */
export function steadyOpenings(program: readonly SessionEvidence[]): Steady | null {
  const together = openingsOf(agesOf(program, 'openedMs')).steady;
  return together !== null && together.sessions * 2 >= program.length ? together : ofHosts(program);
}

/** The sum over the hosts with a steady rate, when these have at least half of the sessions. */
function ofHosts(program: readonly SessionEvidence[]): Steady | null {
  const hosts = byPool(program);
  const steady = hosts.flatMap((host) => openingsOf(agesOf(host, 'openedMs')).steady ?? []);
  const sessions = sumOf(steady, (host) => host.sessions);
  if (steady.length < FEWEST_HOSTS || sessions * 2 < program.length) return null;
  const sinceMs = Math.max(...steady.map((host) => host.sinceMs));
  const lastMs = Math.min(...steady.map((host) => host.lastMs));
  const perHour = sumOf(steady, (host) => host.perHour);
  const isConstant = steady.every((host) => host.isConstant);
  return { perHour, sessions, sinceMs, lastMs, spanMs: sinceMs - lastMs, isConstant };
}

const FEWEST_HOSTS = 2;

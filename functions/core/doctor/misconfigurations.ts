import type { Configuration, DoctorFacts } from './doctor-facts.ts';
import {
  type CheckName,
  type DoctorFinding,
  type FindingLevel,
  withoutDoubtfulSql,
} from './doctor-finding.ts';
import { checkLogHidden, checkLogLanguage } from './doctor-log.ts';
import { checkAttributes, checkConnectionLimit, checkPassword, checkTerminate } from './doctor-role.ts';
import { checkActivity } from './doctor-server.ts';
import { checkReserve, checkSuperuserReserve } from './doctor-slots.ts';

/**
 * The checks that scheduled runs make once an hour, by what is worth telling of them. Left to the doctor are those that
 * depend on the load of the moment (they would be told again and again), those that a run tells by its outcome (blind, no
 * usable slot), and what works but could do so better (timeouts, a log prefix without SQLSTATE, as RDS has it by default).
 */
const TOLD = {
  terminate: ['problem'],
  attributes: ['advice'],
  'connection-limit': ['problem', 'advice'],
  password: ['problem', 'advice'],
  // Advice on it is a reserve that could be larger, or a version that has none for us: both are known, and stay.
  reserve: ['problem'],
  'superuser-reserve': ['advice'],
  activity: ['problem'],
  'log-hidden': ['problem'],
  'log-language': ['problem'],
} as const satisfies Partial<Record<CheckName, readonly FindingLevel[]>>;

export type MisconfigurationCheck = keyof typeof TOLD;

/** A finding of the doctor's that a run tells of before an incident does. */
export type Misconfiguration = DoctorFinding & { readonly check: MisconfigurationCheck };

/** A statement for each of a thousand roles is a list for the doctor, not a message. */
const MOST_STATEMENTS = 5;

/** What is wrong with a server on which nothing is happening now, in the order in which the doctor reads it. */
export function misconfigurationsIn(
  facts: Configuration & Pick<DoctorFacts, 'snapshot'>,
): readonly Misconfiguration[] {
  const findings = [
    checkTerminate(facts),
    checkAttributes(facts),
    ...checkConnectionLimit(facts),
    ...checkPassword(facts),
    checkReserve(facts),
    ...checkSuperuserReserve(facts),
    ...checkActivity(facts),
    ...checkLogHidden(facts),
    ...checkLogLanguage(facts),
  ];
  return findings.filter(isTold).map(withoutDoubtfulSql).map(withFewStatements);
}

function isTold(finding: DoctorFinding): finding is Misconfiguration {
  const standings: Partial<Readonly<Record<CheckName, readonly FindingLevel[]>>> = TOLD;
  return standings[finding.check]?.includes(finding.standing) ?? false;
}

function withFewStatements(finding: Misconfiguration): Misconfiguration {
  const { mend } = finding;
  const more = (mend?.sql.length ?? 0) - MOST_STATEMENTS;
  if (mend === null || more <= 0) return finding;
  const others = `headroom doctor prints ${more} more.`;
  const note = mend.note === null ? others : `${mend.note} ${others}`;
  return { ...finding, mend: { sql: mend.sql.slice(0, MOST_STATEMENTS), note } };
}

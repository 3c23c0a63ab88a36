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
 * The checks that scheduled runs make once an hour, with the levels that are reported. Three kinds are left
 * to the doctor. Findings that depend on the present load would be reported again and again. Some findings a
 * run reports by its outcome (blind, no usable slot). Others only say what could be better (timeouts, a log
 * prefix without SQLSTATE, which is RDS's default).
 */
const TOLD = {
  terminate: ['problem'],
  attributes: ['advice'],
  'connection-limit': ['problem', 'advice'],
  password: ['problem', 'advice'],
  // The advice is about a reserve that could be larger, or a version that has none for us. Both are known and
  // do not change.
  reserve: ['problem'],
  'superuser-reserve': ['advice'],
  activity: ['problem'],
  'log-hidden': ['problem'],
  'log-language': ['problem'],
} as const satisfies Partial<Record<CheckName, readonly FindingLevel[]>>;

export type MisconfigurationCheck = keyof typeof TOLD;

/** A finding of the doctor that a scheduled run reports before it causes an incident. */
export type Misconfiguration = DoctorFinding & { readonly check: MisconfigurationCheck };

/** A thousand statements, one for each role, are for the doctor's output and not for a message. */
const MOST_STATEMENTS = 5;

/** What is wrong with a server that has no incident now, in the order in which the doctor has it. */
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

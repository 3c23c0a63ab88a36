import type { Policy } from '../policy/policy.ts';
import { checkDatabase, checkElsewhere, checkSearchPath } from './doctor-database.ts';
import type { DoctorFacts } from './doctor-facts.ts';
import { type DoctorFinding, type FindingLevel, withoutDoubtfulSql } from './doctor-finding.ts';
import { checkLogHidden, checkLogLanguage, checkLogSqlstate } from './doctor-log.ts';
import { forReplica } from './doctor-replica.ts';
import {
  checkAttributes,
  checkConnectionLimit,
  checkPassword,
  checkTerminate,
  checkVisibility,
} from './doctor-role.ts';
import { checkActivity, checkServer, checkTls, serverAnswers } from './doctor-server.ts';
import {
  checkDatabaseLimit,
  checkReserve,
  checkReserveUsers,
  checkSlots,
  checkSuperuserReserve,
  checkSuperuserSessions,
} from './doctor-slots.ts';
import {
  checkIdleInTransaction,
  checkIdleSessions,
  checkKeepalives,
  checkLoginTimeout,
  checkLostClients,
} from './doctor-timeouts.ts';
import { checkApplicationNames } from './lost-names.ts';

/**
 * All checks, in the order in which people read them: the server and our role, whether we can connect,
 * whether refusals reach us, and which settings to change. With a policy, also its patterns that match
 * nothing.
 */
export function examineServer(facts: DoctorFacts, policy: Policy | null = null): readonly DoctorFinding[] {
  const findings = findingsOn(facts, policy).map(withoutDoubtfulSql);
  return facts.isReplica ? findings.map(forReplica) : findings;
}

function findingsOn(facts: DoctorFacts, policy: Policy | null): readonly DoctorFinding[] {
  return [
    checkServer(facts),
    serverAnswers(),
    checkTls(facts),
    checkVisibility(facts),
    checkTerminate(facts),
    checkAttributes(facts),
    ...checkDatabase(facts),
    checkSearchPath(facts),
    ...checkElsewhere(facts),
    ...checkConnectionLimit(facts),
    ...checkPassword(facts),
    checkSlots(facts),
    ...checkSuperuserReserve(facts),
    checkReserve(facts),
    ...checkReserveUsers(facts),
    ...checkSuperuserSessions(facts),
    ...checkDatabaseLimit(facts),
    ...checkActivity(facts),
    ...checkApplicationNames(facts, policy),
    ...checkLogHidden(facts),
    ...checkLogLanguage(facts),
    checkLogSqlstate(facts),
    checkKeepalives(facts),
    checkLoginTimeout(facts),
    checkLostClients(facts),
    checkIdleInTransaction(facts),
    checkIdleSessions(facts),
  ];
}

export function findingsOfLevel(
  findings: readonly DoctorFinding[],
  which: FindingLevel,
): readonly DoctorFinding[] {
  return findings.filter((finding) => finding.standing === which);
}

import { cleanName } from '../base/clean-text.ts';
import { quoteLiteral } from '../base/sql-text.ts';
import { TOO_MANY_CONNECTIONS } from '../base/sqlstate.ts';
import { readPrefix } from '../trigger/log-prefix.ts';
import { type DoctorFacts, majorVersion } from './doctor-facts.ts';
import {
  adviceFinding,
  bySettings,
  type DoctorFinding,
  okFinding,
  problemFinding,
} from './doctor-finding.ts';
import { logLevelOf } from './log-level.ts';
import { samplePrefix } from './sample-prefix.ts';

type LogFacts = Pick<DoctorFacts, 'snapshot' | 'settings'>;

/** The only prefix with a SQLSTATE that RDS allows, from PostgreSQL 16 on. */
const RDS_PREFIX = '%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a';

/** Whether refusals are logged at all. There is a finding only where they are not. */
export function checkLogHidden(facts: LogFacts): readonly DoctorFinding[] {
  const consequence = 'refused clients leave no line in the log, so they raise no alarm';
  const hidden: DoctorFinding[] = [];
  const minimum = settingOf(facts, 'log_min_messages');
  const ofClients = logLevelOf(minimum);
  // A refusal is FATAL, and only PANIC is above it.
  if (ofClients.level === 'panic') {
    const value = ofClients.with('warning');
    const sql = value.includes(',') ? quoteLiteral(value) : value;
    const mend = bySettings(facts, { name: 'log_min_messages', sql, parameter: value });
    hidden.push(
      problemFinding('log-hidden', `log_min_messages is ${cleanName(minimum)}: ${consequence}.`, mend),
    );
  }
  if (settingOf(facts, 'log_destination').trim() === '') {
    const mend = bySettings(facts, { name: 'log_destination', sql: "'stderr'", parameter: 'stderr' });
    hidden.push(problemFinding('log-hidden', `log_destination is empty: ${consequence}.`, mend));
  }
  return hidden;
}

/**
 * The alarm on the log knows the English wordings. There is a finding only where the log has another
 * language.
 */
export function checkLogLanguage(facts: LogFacts): readonly DoctorFinding[] {
  const language = settingOf(facts, 'lc_messages');
  if (/^(|C|POSIX|en|English)([._].*)?$/i.test(language)) return [];
  const mend = bySettings(facts, { name: 'lc_messages', sql: "'C'", parameter: 'C' });
  const found = `The log is written in ${cleanName(language)}, but the alarm recognizes refusals by their English wording.`;
  return [problemFinding('log-language', found, mend)];
}

/** With the SQLSTATE, a line tells a refusal in any language and wording. */
export function checkLogSqlstate(facts: LogFacts): DoctorFinding {
  const prefix = settingOf(facts, 'log_line_prefix');
  const destinations = settingOf(facts, 'log_destination').split(',');
  const hasPrefix = destinations.some((each) => ['stderr', 'syslog', 'eventlog'].includes(each.trim()));
  if (!hasPrefix) return okFinding('log-sqlstate', 'The log has the SQLSTATE of each line in a column.');
  const hasSqlstate = hasEscape(prefix, 'e');
  if (hasSqlstate && isRead(prefix))
    return okFinding('log-sqlstate', 'The log has the SQLSTATE of each line (%e).');
  const onRds = facts.snapshot.server.provider === 'rds' || facts.snapshot.server.provider === 'aurora';
  const why = hasSqlstate ? 'is not one that pg-headroom can read' : 'has no %e';
  const found = `log_line_prefix ${quoteLiteral(cleanName(prefix))} ${why}: refusals are recognized by their wording only`;
  if (onRds && majorVersion(facts.snapshot) < 16)
    return okFinding('log-sqlstate', `${found}, and RDS allows no other prefix before 16.`);
  const better = onRds ? RDS_PREFIX : withSqlstate(prefix);
  const mend = bySettings(facts, { name: 'log_line_prefix', sql: quoteLiteral(better), parameter: better });
  return adviceFinding('log-sqlstate', `${found}.`, mend);
}

/** It also tells which user of which database was refused. */
const READ_PREFIX = '%m [%p] %e %q%u@%d ';

/**
 * Adds %e before `%q`, where the prefix ends for the server's own processes. Where we could not read the
 * result, another prefix takes its place.
 */
function withSqlstate(prefix: string): string {
  const at = prefix.indexOf('%q');
  const more =
    at >= 0 ? `${prefix.slice(0, at)}%e ${prefix.slice(at)}` : `${prefix.trimEnd()} %e `.trimStart();
  return !hasEscape(prefix, 'e') && isRead(more) ? more : READ_PREFIX;
}

/** Whether our own reader finds the values of the prefix in a line. */
function isRead(prefix: string): boolean {
  const read = readPrefix(samplePrefix(prefix));
  if (read === null || read.sqlstate !== TOO_MANY_CONNECTIONS) return false;
  const names = hasEscape(prefix, 'u') && hasEscape(prefix, 'd');
  return !names || read.client.user !== null || read.words.length > 0;
}

function hasEscape(prefix: string, letter: string): boolean {
  return new RegExp(`%-?\\d*${letter}`).test(prefix.replaceAll('%%', ''));
}

function settingOf({ settings }: LogFacts, name: string): string {
  return settings.get(name)?.value ?? '';
}

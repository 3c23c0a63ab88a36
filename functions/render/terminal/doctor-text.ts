import { findingsOfLevel } from '../../core/doctor/doctor.ts';
import type { DoctorFinding, FindingLevel } from '../../core/doctor/doctor-finding.ts';
import { type Section, sections, wrap } from '../base/layout.ts';
import { counted } from '../base/phrases.ts';
import type { Meaning, Paint } from './paint.ts';

/** The doctor's findings for a terminal: problems first, what is fine last. */
export function renderDoctor(server: string, findings: readonly DoctorFinding[], paint: Paint): string {
  const problems = findingsOfLevel(findings, 'problem').length;
  const hints = findingsOfLevel(findings, 'advice').length;
  const meaning: Meaning = problems > 0 ? 'bad' : hints > 0 ? 'warning' : 'good';
  return sections([
    {
      title: paint(meaning, `${server}: ${headline(problems, hints)}`),
      lines: wrap(foot(findings)).map((line) => paint('faint', line)),
    },
    section('To fix', 'problem', findings, paint),
    section('Advice', 'advice', findings, paint),
    section('Fine', 'ok', findings, paint),
  ]);
}

function headline(problems: number, hints: number): string {
  const advice = hints === 0 ? '' : `, ${counted(hints, 'piece')} of advice`;
  if (problems > 0) return `${counted(problems, 'problem')} to fix${advice}.`;
  return `nothing to fix${advice}.`;
}

function foot(findings: readonly DoctorFinding[]): string {
  const hasSql = findings.some(({ mend }) => mend !== null && mend.sql.length > 0);
  return hasSql
    ? 'Nothing was changed. Run the statements as a superuser, or as the administrator of your provider.'
    : 'Nothing was changed.';
}

function section(
  title: string,
  which: FindingLevel,
  findings: readonly DoctorFinding[],
  paint: Paint,
): Section {
  const those = findingsOfLevel(findings, which);
  return {
    title: paint('title', `${title}: ${those.length}`),
    lines: those.flatMap(findingLines),
  };
}

/** Statements are never broken into lines, because people paste them. */
function findingLines({ found, mend }: DoctorFinding): readonly string[] {
  const note = mend?.note ?? null;
  return [
    ...wrap(found, 4, '- '),
    ...(mend?.sql ?? []).map((line) => `      ${line}`),
    ...(note === null ? [] : wrap(note, 4)),
  ];
}

/** The same for programs. */
export function doctorDocument(
  server: string,
  findings: readonly DoctorFinding[],
): Readonly<Record<string, unknown>> {
  return {
    server,
    problems: findingsOfLevel(findings, 'problem').length,
    advice: findingsOfLevel(findings, 'advice').length,
    findings,
  };
}

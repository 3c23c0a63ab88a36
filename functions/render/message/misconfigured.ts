import { type Advice, forOperator, sqlPaste } from '../../core/advice/advice.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import type { Misconfiguration, MisconfigurationCheck } from '../../core/doctor/misconfigurations.ts';
import type { Severity } from '../../core/incident/outcome-table.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { bounded, type Section, sections, wrap } from '../base/layout.ts';
import type { Message } from '../base/message.ts';
import { counted } from '../base/phrases.ts';
import { chatOf } from '../chat/chat.ts';
import { identityTexts } from './identity-text.ts';
import { stepLines } from './next-steps.ts';
import { runFacts } from './run-facts.ts';
import { subjectOf } from './subject.ts';

/** The words for a subject, and what the finding would mean in an incident, unless it says so itself. */
type Wording = { readonly subject: string; readonly why: string };

/** Findings that fit on one screen. */
const ON_SCREEN = 6;

const LATE = 'Only the next scheduled run would notice that the server is full, not the first refusal.';

const WORDINGS: Readonly<Record<MisconfigurationCheck, Wording>> = {
  terminate: {
    subject: 'our role may not end sessions',
    why: 'In an incident a run would see who holds the slots, but could not end any session.',
  },
  attributes: {
    subject: 'our role may do more than it needs',
    why: 'The fewer rights our role has, the less a mistake of ours can do.',
  },
  'connection-limit': {
    subject: "our role's CONNECTION LIMIT does not fit",
    why: 'The right limit lets runs in, and stops a mistake of ours from filling the server.',
  },
  password: {
    subject: "our role's password expires",
    why: 'If our role logs in with its password, no run can connect after that.',
  },
  reserve: {
    subject: 'our role may not use reserved slots',
    why: 'While clients are refused, a run would be refused as well.',
  },
  'superuser-reserve': {
    subject: 'no slot is reserved for superusers',
    why: 'If a run cannot help, an administrator must be able to log in.',
  },
  activity: {
    subject: 'sessions that no run can judge',
    why: 'If these sessions fill the server, no run can help.',
  },
  'log-hidden': { subject: 'refusals leave no line in the log', why: LATE },
  'log-language': { subject: 'refusals are logged in another language', why: LATE },
};

/** For people at work in the morning: what would fail in an incident, and what to change. */
export function renderMisconfigurations(record: RunRecord, found: readonly Misconfiguration[]): Message {
  const { server, mode, outcome } = record;
  const worst = found.toSorted((a, b) => Number(isProblem(b)) - Number(isProblem(a)));
  const things = counted(found.length, 'thing');
  const first = `no incident. The sweep found ${things} to fix before there is one.`;
  const screen = sections([
    { title: 'WHAT WAS FOUND', lines: findingLines(worst) },
    whatNext(found),
    runFacts({ record, recordUrl: null }),
  ]);
  const answer = subjectOf(server, () => subjectParts(worst));
  const attributes = { severity: severityOf(found), outcome, server: cleanName(server), mode };
  return {
    subject: answer,
    text: `${wrap(`${cleanName(server)}: ${first}`, 0).join('\n')}\n\n${screen}\n`,
    chat: chatOf({
      kind: 'misconfiguration',
      runId: record.runId,
      incident: null,
      at: record.startedAt,
      subject: answer,
      paragraphs: [
        { label: 'No incident', texts: [`The sweep found ${things} to fix before there is one.`] },
      ],
      steps: worst.map(stepOf),
      recordUrl: null,
      identity: identityTexts(record),
      attributes,
    }),
    attributes,
  };
}

function stepOf({ check, found, mend }: Misconfiguration): Advice {
  const text = `${found} ${WORDINGS[check].why} ${mend?.note ?? ''}`;
  return forOperator(text, mend === null || mend.sql.length === 0 ? undefined : sqlPaste(mend.sql));
}

function subjectParts([first, ...others]: readonly Misconfiguration[]): readonly string[] {
  const what = first === undefined ? 'nothing to fix' : WORDINGS[first.check].subject;
  return [`before an incident: ${what}`, ...(others.length > 0 ? [`and ${others.length} more`] : [])];
}

function findingLines(found: readonly Misconfiguration[]): readonly string[] {
  return bounded(
    found.map((each, at) => linesOf(each, `${at + 1}. `).join('\n')),
    ON_SCREEN,
    (lines) => lines,
    (rest) => `  and ${rest.length} more, which headroom doctor prints`,
  );
}

/** Statements are never broken into lines, because people paste them. */
function linesOf({ check, found, mend }: Misconfiguration, marker: string): readonly string[] {
  return [
    ...wrap(`${found} ${WORDINGS[check].why}`, 5, marker),
    ...(mend?.sql ?? []).map((line) => `       ${line}`),
    ...(mend === null || mend.note === null ? [] : wrap(mend.note, 5)),
  ];
}

function whatNext(found: readonly Misconfiguration[]): Section {
  const asAdministrator =
    "Run the statements as a superuser, or as your provider's administrator (on RDS the master user). For a read replica run them on its primary.";
  const look = "To check again, and more than scheduled runs do, run headroom doctor as the function's role.";
  const hasSql = found.some(({ mend }) => mend !== null && mend.sql.length > 0);
  const steps = [...(hasSql ? [forOperator(asAdministrator)] : []), forOperator(look)];
  const once = 'This message is sent once. It is sent again only if a problem was fixed and comes back.';
  return { title: 'WHAT NEXT', lines: [...stepLines(steps), ...wrap(once)] };
}

/** Nothing is wrong at the moment. What would stop a run is for today, the rest for later. */
function severityOf(found: readonly Misconfiguration[]): Severity {
  return found.some(isProblem) ? 'warning' : 'info';
}

function isProblem({ standing }: Misconfiguration): boolean {
  return standing === 'problem';
}

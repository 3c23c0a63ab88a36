import { type Advice, forOperator, sqlPaste } from '../../core/advice/advice.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import type { Misconfiguration, MisconfigurationCheck } from '../../core/doctor/misconfigurations.ts';
import type { Severity } from '../../core/incident/outcome-table.ts';
import type { RunRecord } from '../../core/run/record.ts';
import type { Message } from '../base/message.ts';
import { counted } from '../base/phrases.ts';
import { chatOf } from '../chat/chat.ts';
import { chatParagraphs } from './chat-paragraphs.ts';
import { identityTexts } from './identity-text.ts';
import { runLine } from './mail-end.ts';
import { mailText } from './mail-text.ts';
import { phonePaste } from './paste-on-phone.ts';
import { type Remark, said } from './remark-table.ts';
import { subjectOf } from './subject.ts';

/** The words for a subject, and what the finding would mean in an incident, unless it says so itself. */
type Wording = { readonly subject: string; readonly why: string };

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
  const [first] = worst;
  const answer = subjectOf({
    severity: severityOf(found),
    server,
    state: `${things} to fix`,
    parts: () => ['no incident', ...(first === undefined ? [] : [WORDINGS[first.check].subject])],
    observed: false,
  });
  const attributes = { severity: severityOf(found), outcome, server: cleanName(server), mode };
  const remarks = [
    ...said('outcome', [
      `${cleanName(server)}: no incident. The sweep found ${things} to fix before there is one.`,
    ]),
    ...worst.map((each): Remark => ({ kind: 'now', lines: findingLines(each) })),
    ...said('trigger', [lookText(found)]),
  ];
  return {
    subject: answer,
    text: mailText(remarks, { link: null, run: runLine(record) }),
    chat: chatOf({
      kind: 'misconfiguration',
      runId: record.runId,
      incident: null,
      at: record.startedAt,
      subject: answer,
      paragraphs: chatParagraphs(remarks),
      steps: worst.map(stepOf),
      recordUrl: null,
      identity: identityTexts(record),
      attributes,
    }),
    attributes,
    link: null,
  };
}

function stepOf({ check, found, mend }: Misconfiguration): Advice {
  const text = `${found} ${WORDINGS[check].why} ${mend?.note ?? ''}`;
  return forOperator(text, mend === null || mend.sql.length === 0 ? undefined : sqlPaste(mend.sql));
}

/** A finding, what it would mean, and the statements that mend it on one line. */
function findingLines({ check, found, mend }: Misconfiguration): readonly string[] {
  const pasted = mend === null || mend.sql.length === 0 ? [] : phonePaste(sqlPaste(mend.sql));
  const note = mend === null || mend.note === null ? '' : ` ${mend.note}`;
  return [`${found} ${WORDINGS[check].why}${note}`, ...pasted];
}

function lookText(found: readonly Misconfiguration[]): string {
  const asAdministrator =
    "Run statements as a superuser, or as your provider's administrator (on RDS the master user); for a read replica on its primary.";
  const hasSql = found.some(({ mend }) => mend !== null && mend.sql.length > 0);
  return [
    ...(hasSql ? [asAdministrator] : []),
    "To check again, and more than scheduled runs do: headroom doctor, as the function's role.",
    'This message is sent once, and again only if a problem was fixed and comes back.',
  ].join(' ');
}

/** Nothing is wrong at the moment. What would stop a run is for today, the rest for later. */
function severityOf(found: readonly Misconfiguration[]): Severity {
  return found.some(isProblem) ? 'warning' : 'info';
}

function isProblem({ standing }: Misconfiguration): boolean {
  return standing === 'problem';
}

import { cleanMessage, cleanName } from '../../core/base/clean-text.ts';
import { serverTimeMs } from '../../core/base/server-time.ts';
import type { Cause, Culprit, Diagnosis } from '../../core/diagnosis/cause.ts';
import { culpritEvidence } from '../../core/diagnosis/culprit-evidence.ts';
import { isPerhapsKeptOut } from '../../core/diagnosis/kept-out.ts';
import { roleWithMost } from '../../core/server/rank-groups.ts';
import { CAUSE_WORDS } from '../base/cause-words.ts';
import type { Facts } from '../base/facts.ts';
import { capital, counted, groupName, listText, mostOfThem, ownerOf, rateText } from '../base/phrases.ts';
import { behind, blockedBy, waitsForWal } from './cause-phrase.ts';
import { nearTime } from './near-time.ts';
import { type Remark, said } from './remark-table.ts';
import { runLockTexts } from './run-lock-text.ts';
import { ownEvidence } from './why.ts';

const MAX_STATEMENT = 120;
const MAX_PROBLEM = 400;
/** More numbers are on the page. */
const MOST_EVIDENCE = 2;
/** The statement says what such sessions do. For other causes it says nothing. */
const TELLING: ReadonlySet<Cause> = new Set([
  ...(['connection-leak', 'slow-queries', 'idle-in-transaction', 'clients-owe-input'] as const),
  ...(['lock-pile-up', 'traffic-spike', 'session-per-request'] as const),
]);
/** Their sessions run the statement now. */
const RUNNING: ReadonlySet<Cause> = new Set([
  ...(['slow-queries', 'clients-owe-input', 'traffic-spike', 'session-per-request'] as const),
]);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

const SURE: Readonly<Record<Diagnosis['confidence'], string>> = {
  high: 'sure',
  medium: 'likely',
  low: 'a guess',
};

/** What a program does, after its name. Causes without a program have a sentence of their own. */
const DOES: Readonly<Record<Exclude<Cause, 'unclear'>, string>> = {
  'connection-leak': 'leaks connections',
  'oversized-idle-pools': 'keeps more sessions than it uses',
  'session-per-request': 'opens a session for each request',
  'traffic-spike': 'has more to do than before',
  'slow-queries': 'runs slow queries',
  'idle-in-transaction': 'left transactions open',
  'clients-owe-input': 'began statements and sends no input for them',
  'lock-pile-up': 'waits in a queue for a lock',
  'reconnect-storm': 'reconnects without a pause',
  'role-limit': 'holds most sessions of the role',
  'database-limit': 'holds most sessions of the database',
  'replication-limit': 'holds walsenders',
  'pooler-oversized': 'is a pooler with more sessions than it needs',
  'developer-tools': 'is a tool that people left open',
  'monitoring-hog': 'monitors with too many sessions',
  'dead-clients': 'has sessions whose clients are gone',
  'half-open-clients': 'has clients that never finished logging in',
  'limit-too-low': 'needs more slots',
};

/** Why it happened, in one line: the cause, its program, since when, numbers, and the statement. */
export function whyRemarks(facts: Facts): readonly Remark[] {
  const { diagnosis, record } = facts;
  if (diagnosis !== null && diagnosis.cause !== 'unclear') {
    const title = `WHY (${SURE[diagnosis.confidence]})`;
    return said('why', [causeTexts(facts, diagnosis, diagnosis.cause).join(' ')], title);
  }
  // The outcome already says it.
  if (record.outcome === 'blind') return [];
  if (record.outcome === 'busy') return said('why', [runLockTexts(record).join(' ')], 'WHY');
  if (record.problem !== null) return said('why', [problemText(record.problem.message)], 'WHY');
  if (diagnosis === null) return [];
  const known = isPerhapsKeptOut(record, diagnosis) ? diagnosis.evidence.map(sentence) : heldTexts(facts);
  return said('why', [['not clear.', ...known].join(' ')], 'WHY');
}

function problemText(message: string): string {
  const [line = ''] = cleanMessage(message, 1).split('\n');
  return cleanName(line.replaceAll(/ +/g, ' '), MAX_PROBLEM);
}

function causeTexts(facts: Facts, diagnosis: Diagnosis, cause: Exclude<Cause, 'unclear'>): readonly string[] {
  const [culprit] = behind(diagnosis);
  const others = diagnosis.culprits.filter((each) => each !== culprit);
  // The outcome already says how full a limit is.
  const whole = facts.before?.scope.kind === 'server' ? diagnosis.evidence.map(sentence) : [];
  if (culprit === undefined)
    return [
      `${capital(CAUSE_WORDS[cause])}.`,
      ...whole.slice(0, MOST_EVIDENCE),
      ...othersText(cause, null, others),
    ];
  const { snapshot, startedAt } = facts.record;
  const { since, statement } = snapshot === null ? NOTHING : culpritEvidence(snapshot, culprit);
  const now = serverTimeMs(snapshot?.takenAt ?? null) ?? Date.parse(startedAt);
  const shown = TELLING.has(culprit.cause) ? statement : null;
  return [
    `${groupName(culprit.usage.group)} ${doesOf(facts, culprit)}${since === null ? '' : `, since ${nearTime(since, now)}`}.`,
    ...whole,
    ...heldText(culprit, ownEvidence(culprit, diagnosis)),
    ...paceText(culprit),
    ...forecast(facts, culprit, now),
    ...othersText(culprit.cause, groupName(culprit.usage.group), others),
    ...(shown === null ? [] : [statementText(culprit, shown)]),
  ];
}

const NOTHING = { since: null, statement: null };

function doesOf({ record }: Facts, culprit: Culprit): string {
  const { cause } = culprit;
  const waiting = blockedBy(record, culprit);
  if (waiting !== null) return `blocks ${counted(waiting, 'session')}`;
  if (waitsForWal(record, culprit)) return 'waits for WAL on this standby (WAIT FOR LSN)';
  return cause === 'unclear' ? 'holds most of them' : DOES[cause];
}

/** `It held 41 slots (72 %), 30 of them in database billing: all 41 are idle.` */
function heldText({ usage, cause }: Culprit, evidence: readonly string[]): readonly string[] {
  const share = usage.sharePercent === null || usage.sharePercent > 100 ? '' : ` (${usage.sharePercent} %)`;
  const [first, ...rest] = evidence.slice(0, cause === 'slow-queries' ? 1 : MOST_EVIDENCE);
  const held = `It held ${counted(usage.sessions, 'slot')}${share}${mostOfThem(usage)}`;
  return [first === undefined ? `${held}.` : `${held}: ${first}.`, ...rest.map(sentence)];
}

function paceText({ opening }: Culprit): readonly string[] {
  return opening === null ? [] : [`It opens ${rateText(opening.perHour)}.`];
}

/**
 * When the slots are taken again at this rate. Where they were taken again in seconds, the rate says
 * nothing more.
 */
function forecast({ record }: Facts, { opening }: Culprit, now: number): readonly string[] {
  const inMs = opening?.fullInMs ?? 0;
  const isOver = record.outcome === 'refilled' || inMs <= 0 || inMs > DAY_MS;
  if (isOver) return [];
  const when = inMs < MINUTE_MS ? 'within a minute' : `at ${nearTime(now + inMs, now)}`;
  return [`At this rate it is full again ${when}.`];
}

function statementText(
  { cause }: Culprit,
  { text, count, of }: { readonly text: string; readonly count: number; readonly of: number },
): string {
  const does = RUNNING.has(cause) ? (count === 1 ? 'runs' : 'run') : 'ran';
  const those = count === 1 ? 'It' : count === of ? `All ${of}` : `${count} of ${of}`;
  return `${those} ${does}${does === 'ran' ? ' last' : ''}: ${cleanName(text, MAX_STATEMENT)}`;
}

/** Programs that are not the one named before, each with what it does where that is something else. */
function othersText(cause: Cause, name: string | null, others: readonly Culprit[]): readonly string[] {
  if (others.length === 0) return [];
  const texts = others.map((each) => {
    const { group, sessions } = each.usage;
    const of = groupName(group) === name ? ` of ${ownerOf(group)}` : '';
    const does = each.cause === cause || each.cause === 'unclear' ? '' : `, ${DOES[each.cause]}`;
    return `${groupName(group)}${of} (${sessions}${does})`;
  });
  return [`Also ${listText(texts, 2)}.`];
}

/** The programs that hold most slots, when no cause is known. A role may hold most of them by many small programs. */
function heldTexts({ ranking, before }: Facts): readonly string[] {
  if (ranking === null || ranking.groups.length === 0) return [];
  const { groups, hidden } = ranking;
  const used = before?.used ?? ranking.used;
  const first = groups.slice(0, 3);
  const sum = first.reduce((total, { sessions }) => total + sessions, hidden);
  const held = first.map(({ group, sessions }) => `${groupName(group)} ${sessions}`);
  const shown = listText([...held, ...(hidden > 0 ? [`${hidden} hidden`] : [])]);
  if (used === 1) return [`1 slot: ${shown}.`];
  if (sum * 2 > used) return [`Most of the ${used} slots: ${shown}.`];
  const role = roleWithMost(ranking);
  const many =
    role === null ? [] : [`Role ${cleanName(role.name)} held ${role.sessions} of them under many names.`];
  return [`Of the ${used} slots the largest programs held few: ${shown}.`, ...many];
}

function sentence(text: string): string {
  return `${capital(text)}.`;
}

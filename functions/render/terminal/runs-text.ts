import { cleanName } from '../../core/base/clean-text.ts';
import { ageText, counted } from '../../core/base/words.ts';
import type { KeptRecord } from '../../core/run/kept-record.ts';
import type { Session } from '../../core/server/session.ts';
import { wrap } from '../base/layout.ts';
import { timeText } from '../base/phrases.ts';
import type { Paint } from './paint.ts';
import type { Screen } from './screen.ts';
import { type Heading, textTable } from './text-table.ts';

/** A record and where it is kept. */
export type FoundRun = { readonly address: string; readonly record: KeptRecord };

const HEADINGS: readonly Heading[] = [
  { title: 'began', align: 'left', least: 19 },
  { title: 'server', align: 'left' },
  { title: 'outcome', align: 'left', least: 12 },
  { title: 'mode', align: 'left', isSpare: true },
  { title: 'ended', align: 'right' },
  { title: 'run', align: 'left', most: 36, isSpare: true },
];

/** Kept runs, one a line. */
export function renderRuns(runs: readonly FoundRun[], paint: Paint, { columns }: Screen): string {
  const rows = runs.map(({ record: { startedAt, server, outcome, mode, attempts, runId } }) => [
    timeText(startedAt).replace(' UTC', ''),
    cleanName(server),
    outcome,
    mode,
    String(attempts.filter(({ result }) => result === 'terminated').length),
    cleanName(runId),
  ]);
  const title = paint('title', `${counted(runs.length, 'run')}, the newest first, times in UTC`);
  return [title, ...textTable(HEADINGS, rows, paint, columns)].join('\n');
}

/** What happened to one session in one run; empty when the run did not see it. */
export function renderSession({ address, record }: FoundRun, pid: number): string {
  const { startedAt, server, mode, plan, attempts, snapshot } = record;
  const victim = plan?.victims.find(({ session }) => session.pid === pid);
  const spared = plan?.spared.find(({ session }) => session.pid === pid);
  const attempt = attempts.find((each) => each.pid === pid);
  const session = victim?.session ?? spared?.session ?? snapshot?.sessions.find((each) => each.pid === pid);
  const lines = [
    ...(session === undefined ? [] : [sessionText(session)]),
    ...(attempt === undefined ? [] : [RESULTS[attempt.result]]),
    ...(victim === undefined ? [] : [victimText(victim, mode)]),
    ...(spared === undefined ? [] : [`It was spared: ${spared.reason}, ${cleanName(spared.detail, 200)}.`]),
  ];
  if (lines.length === 0) return '';
  const title = `${timeText(startedAt)}, ${cleanName(server)}: pid ${pid}`;
  return [title, ...lines.flatMap((line) => wrap(line)), `      headroom show ${address}`].join('\n');
}

function sessionText({ application, user, database, address, state, stateAgeMs }: Session): string {
  const from = address === '' ? '' : ` from ${cleanName(address)}`;
  const age = stateAgeMs === null ? '' : ` for ${ageText(stateAgeMs)}`;
  return `${cleanName(application)}, ${cleanName(user ?? '')}@${cleanName(database ?? '')}${from}, ${cleanName(state ?? 'unknown state')}${age}.`;
}

type Result = KeptRecord['attempts'][number]['result'];

const RESULTS: Readonly<Record<Result, string>> = {
  terminated: 'pg-headroom ended it.',
  changed: 'It became active before it could be ended, so it was left alone.',
  gone: 'It had disconnected before it could be ended.',
  'still-there': 'It was told to end, and was still there at the next look.',
  forbidden: 'The server refused to end it.',
  failed: 'The statement that ends it failed.',
  unknown: 'It was told to end, and the result is not known.',
};

type Victim = NonNullable<KeptRecord['plan']>['victims'][number];

function victimText({ reason }: Victim, mode: KeptRecord['mode']): string {
  const { purpose, rung, minAgeMs, ageMs } = reason;
  const why =
    purpose === 'reap' || rung === null
      ? `it was idle for ${ageText(ageMs)}, and the policy reaps from ${ageText(minAgeMs)} on`
      : `slots were missing, and it was idle for ${ageText(ageMs)}: rung ${rung} takes sessions from ${ageText(minAgeMs)} on`;
  return mode === 'enforce'
    ? `The reason: ${why}.`
    : `The run only observed. It would have ended it: ${why}.`;
}

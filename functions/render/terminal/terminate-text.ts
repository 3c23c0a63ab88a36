import { cleanName } from '../../core/base/clean-text.ts';
import { isEndedOrWould, type NamedResult, type NamedSession } from '../../core/run/named-session.ts';
import type { Session } from '../../core/server/session.ts';
import { widthOf, wrap } from '../base/layout.ts';
import { ageText, counted } from '../base/phrases.ts';
import type { Meaning, Paint } from './paint.ts';

/** The result for a session as a word, and what that means. */
const RESULTS: Readonly<Record<NamedResult, readonly [word: string, meaning: string]>> = {
  'would-go': ['would end', ''],
  terminated: ['ended', ''],
  gone: ['gone', 'It had already disconnected.'],
  changed: ['stays', 'It changed in the meantime, so it was left alone. Look again before you decide.'],
  'still-there': ['still there', 'It was told to end but has not ended yet. Look again.'],
  forbidden: ['stays', 'The server refused. headroom doctor says what our role lacks.'],
  failed: ['stays', 'The statement failed. See the server log.'],
  unknown: ['unknown', 'The server did not answer, so we do not know whether it ended. Look again.'],
  protected: ['stays', ''],
  'no-such-session': ['no session', 'No session has this pid.'],
  'not-tried': ['not tried', 'Our connection broke before its turn.'],
};
/** Enough to see what a statement does. pg_stat_activity has the rest. */
const MOST_STATEMENT = 200;

/** The result for each session that was named, for a terminal. */
export function renderTermination(
  server: string,
  sessions: readonly NamedSession[],
  applied: boolean,
  paint: Paint,
): string {
  const pidWidth = Math.max(...sessions.map(({ pid }) => String(pid).length));
  const wordWidth = Math.max(...sessions.map(({ result }) => widthOf(RESULTS[result][0])));
  const lines = sessions.flatMap((each) => {
    const marker = `  ${String(each.pid).padStart(pidWidth)}  ${RESULTS[each.result][0].padEnd(wordWidth)}  `;
    return sessionLines(each, marker, paint);
  });
  const title = paint(meaningOf(sessions, applied), `${server}: ${headline(sessions, applied)}`);
  return [title, '', ...lines].join('\n');
}

function meaningOf(sessions: readonly NamedSession[], applied: boolean): Meaning {
  if (!sessions.every(isEndedOrWould)) return 'warning';
  return applied ? 'good' : 'title';
}

function headline(sessions: readonly NamedSession[], applied: boolean): string {
  const all = counted(sessions.length, 'session');
  const count = (result: NamedResult) => sessions.filter((each) => each.result === result).length;
  if (applied) return `ended ${count('terminated')} of ${all}.`;
  return `would end ${count('would-go')} of ${all}. Nothing was ended. Repeat with --apply to end them.`;
}

/** The session and its work beside its pid, and the meaning of its result below. */
function sessionLines(
  { session, protection, result }: NamedSession,
  marker: string,
  paint: Paint,
): readonly string[] {
  const indent = widthOf(marker);
  const meaning = protection === null ? RESULTS[result][1] : `Protected: ${cleanName(protection, 200)}.`;
  if (session === null) return wrap(meaning, indent, marker);
  return [
    ...wrap(sessionText(session), indent, marker),
    ...wrap(doing(session), indent).map((line) => paint('faint', line)),
    ...(meaning === '' ? [] : wrap(meaning, indent)),
    ...loss(session, result).flatMap((line) => wrap(line, indent)),
  ];
}

function sessionText({ application, user, database, address, backendType }: Session): string {
  if (user === null) return cleanName(backendType ?? '');
  const from = address === '' ? '' : ` from ${cleanName(address)}`;
  return `${cleanName(application)}, ${cleanName(user)}@${cleanName(database ?? '')}${from}`;
}

/** Its state, with its present or last statement. Empty when neither is shown. */
function doing({ state, stateAgeMs, lastStatement }: Session): string {
  if (state === null) return '';
  const since = stateAgeMs === null ? '' : ` for ${ageText(stateAgeMs)}`;
  const isShown = lastStatement !== null && lastStatement !== '';
  const statement = isShown ? cleanName(lastStatement, MOST_STATEMENT) : '';
  const running = isShown ? `, ${state === 'active' ? 'in' : 'last'}: ${statement}` : '';
  return `${cleanName(state)}${since}${running}`;
}

/** What a person should know to be lost. An idle session loses nothing that can be seen. */
function loss({ state }: Session, result: NamedResult): readonly string[] {
  if (result !== 'would-go' && result !== 'terminated') return [];
  const tense = result === 'terminated' ? 'was' : 'would be';
  if (state === 'active' || state === 'fastpath function call')
    return [`Its running statement ${tense} cancelled.`];
  if (state?.startsWith('idle in transaction')) return [`Its open transaction ${tense} rolled back.`];
  return [];
}

/** The same for programs. Ages are in milliseconds. */
export function terminationDocument(
  server: string,
  sessions: readonly NamedSession[],
  applied: boolean,
): Readonly<Record<string, unknown>> {
  return {
    server,
    applied,
    sessions: sessions.map(({ pid, result, protection, session }) => ({
      pid,
      result,
      protection,
      session: session === null ? null : sessionDocument(session),
    })),
  };
}

function sessionDocument(session: Session): Readonly<Record<string, unknown>> {
  const { backendStart, application, user, database, address, state, stateAgeMs, lastStatement } = session;
  return { backendStart, application, user, database, address, state, stateAgeMs, lastStatement };
}

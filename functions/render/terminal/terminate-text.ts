import { cleanName } from '../../core/base/clean-text.ts';
import { isEndedOrWould, type NamedResult, type NamedSession } from '../../core/run/named-session.ts';
import type { Session } from '../../core/server/session.ts';
import { widthOf, wrap } from '../base/layout.ts';
import { ageText, counted } from '../base/phrases.ts';
import type { Meaning, Paint } from './paint.ts';

/** What happened to a session, and what there is to say about it. */
const RESULTS: Readonly<Record<NamedResult, readonly [word: string, meaning: string]>> = {
  'would-go': ['would end', ''],
  terminated: ['ended', ''],
  gone: ['gone', 'It had left by itself.'],
  changed: ['stays', 'It moved on while we looked, and was left alone. Look again, and decide again.'],
  'still-there': ['still there', 'It was told to end and has not yet. Look again.'],
  forbidden: ['stays', 'The server refused: headroom doctor says what is missing.'],
  failed: ['stays', 'The statement failed, see the server log.'],
  unknown: ['unknown', 'The answer never came. Look again.'],
  protected: ['stays', ''],
  'no-such-session': ['no session', 'No session has this pid.'],
  'not-tried': ['not tried', 'Our session broke off before its turn.'],
};
/** Enough for what a statement does; the rest is in pg_stat_activity. */
const MOST_STATEMENT = 200;

/** What became of each session that was named, for a terminal. */
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
  return `would end ${count('would-go')} of ${all}. Nothing was done: --apply ends them.`;
}

/** Who it is and what it does beside its pid, what its state means for it below. */
function sessionLines(
  { session, protection, result }: NamedSession,
  marker: string,
  paint: Paint,
): readonly string[] {
  const indent = widthOf(marker);
  const meaning = protection === null ? RESULTS[result][1] : `Protected: ${cleanName(protection, 200)}.`;
  if (session === null) return wrap(meaning, indent, marker);
  return [
    ...wrap(who(session), indent, marker),
    ...wrap(doing(session), indent).map((line) => paint('faint', line)),
    ...(meaning === '' ? [] : wrap(meaning, indent)),
    ...loss(session, result).flatMap((line) => wrap(line, indent)),
  ];
}

function who({ application, user, database, address, backendType }: Session): string {
  if (user === null) return cleanName(backendType ?? '');
  const from = address === '' ? '' : ` from ${cleanName(address)}`;
  return `${cleanName(application)}, ${cleanName(user)}@${cleanName(database ?? '')}${from}`;
}

/** Its state, and what it runs or ran last; nothing where neither shows. */
function doing({ state, stateAgeMs, lastStatement }: Session): string {
  if (state === null) return '';
  const since = stateAgeMs === null ? '' : ` for ${ageText(stateAgeMs)}`;
  const isShown = lastStatement !== null && lastStatement !== '';
  const statement = isShown ? cleanName(lastStatement, MOST_STATEMENT) : '';
  const running = isShown ? `, ${state === 'active' ? 'in' : 'last'}: ${statement}` : '';
  return `${cleanName(state)}${since}${running}`;
}

/** What a human should know to be lost: an idle session loses nothing that shows. */
function loss({ state }: Session, result: NamedResult): readonly string[] {
  if (result !== 'would-go' && result !== 'terminated') return [];
  const tense = result === 'terminated' ? 'was' : 'would be';
  if (state === 'active' || state === 'fastpath function call')
    return [`It ${tense} cut off in its statement.`];
  if (state?.startsWith('idle in transaction')) return [`Its open transaction ${tense} rolled back.`];
  return [];
}

/** The same for programs; ages are milliseconds. */
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

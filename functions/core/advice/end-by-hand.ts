import { memoizeByObject } from '../base/memoize.ts';
import { serverTimeMs } from '../base/server-time.ts';
import { quoteLiteral } from '../base/sql-text.ts';
import { counted } from '../base/words.ts';
import type { RunRecord } from '../run/record.ts';
import { mayHaveEnded, terminationsOf } from '../run/terminations.ts';
import { groupName } from '../server/group-name.ts';
import { groupOf, isServerProcess, type Session } from '../server/session.ts';
import { slotHolders } from '../server/slots.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { type Advice, forOperator, sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** Statements for more sessions are not read at night. */
export const MOST_BY_HAND = 20;

/** What a person may do with sessions, in two steps: a look, then a statement that reaches exactly these. */
export type ByHand = {
  readonly sessions: readonly Session[];
  readonly act: 'end' | 'cancel';
  /**
   * Until when a session counts as the one that was seen: until its state changes, or until its transaction
   * ends. A holder of locks has them as long as its transaction lasts.
   */
  readonly while: 'state' | 'transaction';
  /** What to look at, without a full stop. */
  readonly look: string;
  /** What the second step does and what that frees. */
  readonly next: string;
};

/** The one way in which advice ends sessions. We execute none of it. */
export function endByHand({ snapshot }: Pick<AdviceFacts, 'snapshot'>, plan: ByHand): readonly Advice[] {
  const seen = seenAt(snapshot);
  if (seen === null || plan.sessions.length === 0) return [];
  const changed = plan.while === 'state' ? 'changed' : 'ended its transaction';
  // Our own role may end idle sessions, and has a way in of its own.
  const isIdle = plan.sessions.every(({ state }) => state === 'idle');
  const way = isIdle && !isReserveTaken(snapshot) ? '' : wayIn(snapshot);
  const asSuperuser = plan.sessions.some(isSuperuser) ? ' Only a superuser can.' : '';
  return [
    {
      ...forOperator(`${plan.look} (seen at ${seen})${way === '' ? ':' : `.${way}`}`, look(snapshot, plan)),
      isNow: true,
    },
    {
      ...forOperator(
        `${plan.next}${asSuperuser} A session that ${changed} after ${seen} is left alone.`,
        guarded(snapshot, plan),
      ),
      isNow: true,
    },
  ];
}

/** Whether a later session with the same pid, and one that has changed, could be told apart. */
export function isKnown({ pid, backendStart, state, stateChange }: Session): boolean {
  return pid !== null && backendStart !== null && state !== null && stateChange !== null;
}

/** Whether this run has told it to end. */
export function isToldToEnd({ record }: Pick<AdviceFacts, 'record'>, { pid }: Session): boolean {
  return record.mode === 'enforce' && pid !== null && pidsToldToEnd(record).has(pid);
}

/** Found once for a record: advice asks for each of thousands of sessions. */
const pidsToldToEnd: (record: RunRecord) => ReadonlySet<number | null> = memoizeByObject(
  (record) =>
    new Set(terminationsOf(record).flatMap((tried) => (mayHaveEnded(tried) ? tried.session.pid : []))),
);

export function sessionName(session: Session): string {
  const isClient = !isServerProcess(session) && session.backendType !== 'walsender';
  const name = isClient ? groupName(groupOf(session)) : session.backendType;
  return `pid ${session.pid} (${name})`;
}

/** `exactly this session`, `exactly these 12 sessions`. */
export function exactly(sessions: readonly Session[]): string {
  return sessions.length === 1 ? 'exactly this session' : `exactly these ${sessions.length} sessions`;
}

/** The time of the snapshot: how old the list is. */
function seenAt({ takenAt }: Pick<Snapshot, 'takenAt'>): string | null {
  const ms = serverTimeMs(takenAt);
  return ms === null ? null : `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}

/** How a person can connect to a full server. */
export function wayIn(snapshot: Snapshot): string {
  const { superuserReserved, max } = snapshot.slots;
  if (snapshot.server.provider !== null || superuserReserved === 0) return '';
  if (isReserveTaken(snapshot))
    return " No slot is left, not even for a superuser: on the server's host, kill PID ends one session.";
  const left = Math.min(superuserReserved, max - slotHolders(snapshot).length);
  return ` A superuser can log in on ${counted(left, 'reserved slot')}.`;
}

function isReserveTaken(snapshot: Snapshot): boolean {
  return slotHolders(snapshot).length >= snapshot.slots.max;
}

function idsOf(sessions: readonly Session[]): { readonly column: string; readonly ids: readonly string[] } {
  const pooled = sessions.some(({ sessionId }) => sessionId !== null);
  return {
    column: pooled ? 'sessionid' : 'pid',
    ids: sessions.map(({ pid, sessionId }) => `${sessionId ?? pid}`),
  };
}

/** The command shows what it would end, and ends nothing without --apply. */
function look(snapshot: Snapshot, plan: ByHand): Advice['paste'] {
  const { column, ids } = idsOf(plan.sessions);
  const sql = sqlPaste([
    'SELECT pid, application_name, state, state_change, left(query, 40)',
    `FROM pg_stat_activity WHERE ${column} IN (${ids.join(', ')}) ORDER BY state_change;`,
  ]);
  return { ...sql, ...orCommand(snapshot, plan) };
}

/** Our command ends idle sessions only, and none of a superuser. */
function orCommand(
  { takenAt }: Snapshot,
  { sessions, act, while: lasting }: ByHand,
  apply = '',
): { readonly or?: string } {
  if (act !== 'end' || lasting !== 'state' || sessions.some(isSuperuser)) return {};
  const { ids } = idsOf(sessions);
  return { or: `headroom terminate ${ids.join(' ')} --unchanged-since '${takenAt}' --url URL${apply}` };
}

/**
 * In an open transaction, which some clients begin by themselves, the server shows the sessions as the first
 * look found them.
 */
const LOOK_AGAIN = 'SELECT pg_stat_clear_snapshot();';

/** The condition of the guard of a run: the same process, in the same state since. */
function guarded(snapshot: Snapshot, plan: ByHand): Advice['paste'] {
  const { sessions, act, while: lasting } = plan;
  const { column, ids } = idsOf(sessions);
  const end = column === 'sessionid' ? 'pg_terminate_session(pid, sessionid)' : 'pg_terminate_backend(pid)';
  const sql = sqlPaste([
    LOOK_AGAIN,
    `SELECT pid, ${act === 'cancel' ? 'pg_cancel_backend(pid)' : end} FROM pg_stat_activity`,
    ...clientsOnly(snapshot),
    ...(sessions.some(isSuperuser)
      ? [
          `AND state = ${quoteLiteral(sessions[0]?.state ?? '')} AND state_change <= ${quoteLiteral(snapshot.takenAt)}`,
          `AND ${column} IN (${ids.join(', ')});`,
        ]
      : [...ofOrdinaryRoles(snapshot), ...unchanged(snapshot, sessions, lasting, column, ids)]),
    ...(act === 'cancel' ? [`-- what stays: the same with ${end}`] : []),
  ]);
  return { ...sql, ...orCommand(snapshot, plan, ' --apply') };
}

/** Each session with its own start, state and state change; while its transaction lasts, with its start only. */
function unchanged(
  { takenAt }: Snapshot,
  sessions: readonly Session[],
  lasting: ByHand['while'],
  column: string,
  ids: readonly string[],
): readonly string[] {
  const isState = lasting === 'state';
  const columns = [column, 'backend_start', ...(isState ? ['state', 'state_change'] : [])];
  const rows = sessions.map(({ backendStart, state, stateChange }, at) => {
    const values = [backendStart, ...(isState ? [state, stateChange] : [])].map((text) =>
      quoteLiteral(text ?? ''),
    );
    return `  (${[ids[at], ...values].join(', ')})${at === sessions.length - 1 ? ');' : ','}`;
  });
  const inTransaction = isState ? [] : [`AND xact_start <= ${quoteLiteral(takenAt)}`];
  return [...inTransaction, `AND (${columns.join(', ')}) IN (`, ...rows];
}

function clientsOnly({ server }: Snapshot): readonly string[] {
  return server.flavor === 'gaussdb'
    ? ['WHERE (client_addr IS NOT NULL OR client_port IS NOT NULL)']
    : ["WHERE backend_type = 'client backend'"];
}

/** GaussDB shows an ordinary role no other roles. Administrators are those who may read passwords. */
function ofOrdinaryRoles({ server }: Snapshot): readonly string[] {
  return server.flavor === 'gaussdb'
    ? ["AND NOT has_table_privilege(usesysid, 'pg_catalog.pg_authid', 'SELECT')"]
    : ['AND usesysid NOT IN (SELECT oid FROM pg_roles WHERE rolsuper)'];
}

function isSuperuser({ superuser }: Session): boolean {
  return superuser === true;
}

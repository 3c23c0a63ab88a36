import { cleanName } from '../../core/base/clean-text.ts';
import type { RefusalKind } from '../../core/base/refusal-kind.ts';
import {
  type Figures,
  type LogLinesTrigger,
  type Refused,
  refusalsIn,
  sinceOf,
} from '../../core/trigger/log-lines.ts';
import { counted, timeText } from '../base/phrases.ts';

/** Clients that the sentence names. The details have more. */
const MOST_CLIENTS = 2;

/**
 * What the log says, as a sentence: how many clients were refused, why, and which. These had no slot. Another
 * section says which programs hold the slots.
 */
export function refusedText(trigger: LogLinesTrigger): string {
  const { refused, at, own, tries = 0, figures } = trigger;
  const since = `since ${timeText(sinceOf(refused) ?? at)}`;
  if (refused.length === 0) return `Log lines without a refusal of others, ${timeText(at)}.`;
  const said = figures === null ? '' : `; ${figuresText(figures)}`;
  const ours =
    (own === 0 ? '' : ` Not counted: ${counted(own, 'try', 'tries')} of our own role.`) +
    (tries === 0 ? '' : ` Not counted: ${counted(tries, 'line')} that our own tries left in the log.`);
  return `${counted(refusalsIn(refused), 'refusal')} in the log ${since} (${reasonsText(refused)}${said}). Refused were ${clientsText(refused)}.${ours}`;
}

/** GaussDB counts idle sessions. They come first, because a run can end those. */
function figuresText(figures: Figures): string {
  const { 'non-active': idle, ...others } = figures;
  const rest = Object.entries(others).map(([name, value]) => `${name} ${value}`);
  if (idle === undefined) return `the server counted ${rest.join(', ')}`;
  const all = Object.values(figures).reduce((sum, value) => sum + value, 0);
  return `the server counted ${[`${idle} of ${all} non-active`, ...rest].join(', ')}`;
}

/** `server full 30, limit of role app 7`. */
function reasonsText(refused: readonly Refused[]): string {
  return [...Map.groupBy(refused, reasonOf)]
    .map(([reason, those]) => ({ reason, count: refusalsIn(those) }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 4)
    .map(({ reason, count }) => `${reason} ${count}`)
    .join(', ');
}

const REASONS: Readonly<Record<RefusalKind, string>> = {
  server: 'server full',
  reserved: 'only reserved slots left',
  role: 'limit of a role',
  database: 'limit of a database',
  'wal-senders': 'max_wal_senders',
  pooler: 'pooler full',
  'unknown-53300': 'SQLSTATE 53300',
};

/** Why a client was refused: `limit of role batch`. */
export function reasonOf({ kind, user, database }: Refused): string {
  if (kind === 'role' && user !== null) return `limit of role ${cleanName(user)}`;
  if (kind === 'database' && database !== null) return `limit of database ${cleanName(database)}`;
  return REASONS[kind];
}

/** `app@orders from 10.0.3.17 ×30, role bi ×5 and 12 others ×20`. */
function clientsText(refused: readonly Refused[]): string {
  const named = refused.filter(({ clients }) => clients === 1);
  const alike = [...Map.groupBy(named, clientText)]
    .map(([client, those]) => ({ client, count: refusalsIn(those) }))
    .toSorted((a, b) => b.count - a.count);
  const shown = alike.slice(0, MOST_CLIENTS);
  const others = alike.length - shown.length + clientsIn(refused) - named.length;
  const rest = refusalsIn(refused) - shown.reduce((sum, { count }) => sum + count, 0);
  const texts = shown.map(({ client, count }) => `${client} ×${count}`);
  return [texts.join(', '), ...(others > 0 ? [`${counted(others, 'other')} ×${rest}`] : [])].join(' and ');
}

function clientsIn(refused: readonly Refused[]): number {
  return refused.reduce((sum, { clients }) => sum + clients, 0);
}

function clientText({ user, database, address }: Refused): string {
  const client =
    user === null && database === null ? 'unknown clients' : `${nameOr(user)}@${nameOr(database)}`;
  return address === null ? client : `${client} from ${cleanName(address)}`;
}

function nameOr(name: string | null): string {
  return name === null ? '?' : cleanName(name);
}

/** A line for the details: the client, how often, why, and from when to when. */
export function refusedLine(refused: Refused): string {
  const { count, clients, first, last } = refused;
  const client = clients > 1 ? `${clients} others` : clientText(refused);
  const when = first === last ? timeText(first) : `${timeText(first)} to ${timeText(last)}`;
  return `${client}: ${count} (${reasonOf(refused)}), ${when}`;
}

/**
 * `log_min_messages` as it holds for the processes of clients. From PostgreSQL 19 on it is a list: a level alone is for all
 * types of processes, `backend:panic` for those of clients, whatever the order.
 */
export type LogLevel = {
  readonly level: string;
  /** The whole setting with another level for these processes. What it says of other processes stays. */
  readonly with: (level: string) => string;
};

/** The type of process that writes the line of a refused client. */
const OF_CLIENTS = 'backend';

export function logLevelOf(setting: string): LogLevel {
  const entries = setting.split(',').map((entry) => entry.trim());
  const own = entries.findIndex((entry) => typeOf(entry) === OF_CLIENTS);
  const at = own >= 0 ? own : entries.findIndex((entry) => typeOf(entry) === null);
  return {
    level: levelOf(entries[at] ?? '').toLowerCase(),
    with: (level) =>
      entries.map((entry, place) => (place === at ? replaced(entry, level) : entry)).join(', '),
  };
}

function typeOf(entry: string): string | null {
  const colon = entry.indexOf(':');
  return colon < 0 ? null : entry.slice(0, colon).trim().toLowerCase();
}

function levelOf(entry: string): string {
  return entry.slice(entry.indexOf(':') + 1).trim();
}

function replaced(entry: string, level: string): string {
  return typeOf(entry) === null ? level : `${OF_CLIENTS}:${level}`;
}

import { addressOf, type Client, nameOf } from '../core/trigger/log-prefix.ts';
import { MOMENT } from '../core/trigger/prefix-tokens.ts';
import { type Fields, fieldsOf } from './event-fields.ts';

/** An entry of a server's log with separate fields. */
export type LoggedEntry = {
  readonly severity: string;
  readonly sqlstate: string | null;
  readonly message: string;
  readonly client: Client;
};

/**
 * The entry in a row of `csvlog`. Null when the text is no such row. Rows have 23 columns up to PostgreSQL 12
 * and 26 since 14, and the statement in them may have many lines. A row that is cut off does not count.
 */
export function entryOfCsv(line: string): LoggedEntry | null {
  if (!CSV_BEGINS.test(line)) return null;
  const columns = columnsOf(line);
  if (columns === null || columns.length < CSV_COLUMNS.least || columns.length > CSV_COLUMNS.most)
    return null;
  const [, user, database, , from] = columns;
  const [severity = '', sqlstate = '', message = ''] = columns.slice(11, 14);
  return {
    severity,
    sqlstate: SQLSTATE.test(sqlstate) ? sqlstate : null,
    message,
    client: { user: nameOf(user), database: nameOf(database), address: hostOf(from) },
  };
}

/** Whether a line is, or begins, a row of `csvlog`. */
export function isCsvEntry(line: string): boolean {
  return CSV_BEGINS.test(line);
}

/** The server quotes both names. A prefix such as `%m,%u,%d,` has commas as well, and no quotes. */
const CSV_BEGINS = new RegExp(`^${MOMENT},(?:"|,(?:"|,))`);
const CSV_COLUMNS = { least: 23, most: 30 } as const;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * The fields of a row, quoted where they hold a comma, a quote or a line break. Null for an incomplete row.
 */
function columnsOf(line: string): readonly string[] | null {
  const field = /"((?:[^"]|"")*)"|([^",\n]*)/y;
  const columns: string[] = [];
  for (let at = 0; columns.length <= CSV_COLUMNS.most; ) {
    field.lastIndex = at;
    const [text = '', quoted, bare = ''] = field.exec(line) ?? [];
    columns.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    at += text.length;
    if (at === line.length) return columns;
    if (line[at] !== ',') return null;
    at += 1;
  }
  return null;
}

/** The entry in JSON of a server or its operator: `jsonlog`, CloudNativePG, Azure Database for PostgreSQL. */
export function entryOfJson(object: Fields): LoggedEntry | null {
  return jsonlog(object) ?? cloudNativePg(fieldsOf(object.record)) ?? azure(fieldsOf(object.properties));
}

function jsonlog(object: Fields): LoggedEntry | null {
  const { error_severity, state_code, message, user, dbname, remote_host } = object;
  if (typeof error_severity !== 'string') return null;
  const client = { user: nameIn(user), database: nameIn(dbname), address: addressOf(textIn(remote_host)) };
  return entryOf(error_severity, state_code, message, client);
}

function cloudNativePg(record: Fields): LoggedEntry | null {
  const { error_severity, sql_state_code, message, user_name, database_name, connection_from } = record;
  if (typeof error_severity !== 'string') return null;
  const address = hostOf(textIn(connection_from));
  const client = { user: nameIn(user_name), database: nameIn(database_name), address };
  return entryOf(error_severity, sql_state_code, message, client);
}

/** Its message may still have the prefix `%t-%c-` and the severity. It names no client. */
function azure(properties: Fields): LoggedEntry | null {
  const { errorLevel, sqlerrcode, message } = properties;
  if (typeof errorLevel !== 'string') return null;
  const said = typeof message === 'string' ? message.replace(OF_AZURE, '') : message;
  return entryOf(errorLevel, sqlerrcode, said, { user: null, database: null, address: null });
}

const OF_AZURE =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Za-z]{1,6}-[0-9a-f]{1,16}\.[0-9a-f]{1,10}-\p{L}{1,30}: {2}/u;

function entryOf(severity: string, sqlstate: unknown, message: unknown, client: Client): LoggedEntry {
  const code = typeof sqlstate === 'string' && SQLSTATE.test(sqlstate) ? sqlstate : null;
  return { severity, sqlstate: code, message: typeof message === 'string' ? message : '', client };
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function nameIn(value: unknown): string | null {
  return nameOf(textIn(value));
}

/** `10.0.3.17:51234`, `::1:51234` or `[local]`. */
function hostOf(from: string | undefined): string | null {
  return addressOf(from?.replace(/:\d{1,5}$/, ''));
}

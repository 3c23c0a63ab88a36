/** Who a log line is about; null where it does not tell. */
export type Client = {
  readonly user: string | null;
  readonly database: string | null;
  /** IP address or host name, or `local` for a Unix socket. */
  readonly address: string | null;
};

export const NOBODY: Client = { user: null, database: null, address: null };

/** A server's log line, taken apart at its severity. */
export type ServerLine = {
  readonly prefix: string;
  /** Known not to be FATAL. Severities are translated, and one that is not known may be anything. */
  readonly isLess: boolean;
  /** As the server itself puts it before its words, with `log_error_verbosity = verbose`. */
  readonly sqlstate: string | null;
  readonly said: string;
};

const SEVERITY =
  /(FATAL|PANIC|LOG|INFO|NOTICE|WARNING|ERROR|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION|BACKTRACE): {2}(?! )/;
const MOST_SEVERE: ReadonlySet<string> = new Set(['FATAL', 'PANIC']);

/** Servers write the severity, a colon and two spaces; null where nothing looks like it. */
export function splitAtSeverity(line: string): ServerLine | null {
  const [known] = SEVERITY.exec(line) ?? [];
  const at = known === undefined ? line.search(/: {2}(?! )/) : line.indexOf(known) + known.length - 3;
  if (at < 0) return null;
  const before = line.slice(0, at);
  const severity = /[^\s:\]]*$/.exec(known?.slice(0, -3) ?? before.slice(-40))?.[0] ?? '';
  const words = line.slice(at + 3);
  const [stated = '', sqlstate = null] = /^([0-9A-Z]{5}): /.exec(words) ?? [];
  return {
    prefix: before.slice(0, at - severity.length),
    isLess: known !== undefined && !MOST_SEVERE.has(severity),
    sqlstate,
    said: words.slice(stated.length),
  };
}

/** As `%t` and `%m` write the moment, with its zone. */
const MOMENT = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? [^\s:[\]]{1,20}`;
/** RDS and Aurora: `%t:%r:%u@%d:[%p]:`, and the one with the SQLSTATE: `%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a`. */
const OF_RDS = new RegExp(
  String.raw`^${MOMENT}:(?:([^\s()]{1,255})\(\d{1,5}\)|\[(local)\])?:([^]*):\[\d{1,10}\]:(?:\d{1,10}:([0-9A-Z]{5}):[^]*)?$`,
);
/** Others: `%m [%p] `, `%m [%p] %q%u@%d `, `%m [%p] %e %q%u@%d/%a `, `%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h `. */
const OF_OTHERS = new RegExp(
  String.raw`^${MOMENT} \[\d{1,10}\](?::(?: \[\d{1,10}-1\])?)?(?: ([0-9A-Z]{5})(?= ))? ?([^]*)$`,
);
/** The default of GaussDB(DWS) and openGauss, `%m %c %d %p %a %x %n %e `, then a query's id and a module: no zone, no user. */
const OF_GAUSSDB =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6} [0-9a-f]{1,16}\.\d{1,10} (\S{1,128}) \d{1,20} .{0,128} \d{1,20} \S{1,128} ([0-9A-Z]{5}) {1,2}\d{1,20} \[\w{1,32}\] $/;
const KEYED = /^user=([^,]{0,128}),db=([^,]{0,128})(?:,app=[^,]{0,128})?(?:,client=([^,\s]{0,255}))?/;

/** What the usual prefixes tell, with the SQLSTATE where they have it; null for a prefix of another shape. */
export function readPrefix(
  prefix: string,
): { readonly client: Client; readonly sqlstate: string | null } | null {
  const ofRds = OF_RDS.exec(prefix);
  if (ofRds !== null) {
    const [, host, local, who = '', sqlstate = null] = ofRds;
    return { client: { ...userAtDatabase(who), address: nameOf(host ?? local) }, sqlstate };
  }
  const ofOthers = OF_OTHERS.exec(prefix);
  if (ofOthers === null) return readGaussdbPrefix(prefix);
  const [, sqlstate = null, who = ''] = ofOthers;
  const keyed = KEYED.exec(who);
  if (keyed === null) return { client: { ...userAtDatabase(who.trim()), address: null }, sqlstate };
  const [, user, database, address] = keyed;
  return { client: { user: nameOf(user), database: nameOf(database), address: nameOf(address) }, sqlstate };
}

function readGaussdbPrefix(prefix: string): ReturnType<typeof readPrefix> {
  const found = OF_GAUSSDB.exec(prefix);
  if (found === null) return null;
  const [, database, sqlstate = null] = found;
  return { client: { ...NOBODY, database: nameOf(database) }, sqlstate };
}

/** PgBouncer's: `C-0x55d0: orders/app@10.0.3.17:51234 pooler error: ...`. */
const OF_POOLER = /C-0x[0-9a-f]{1,16}: ([^\s/]{1,128})\/(\S{1,300})@(\S{1,255}):\d{1,5} /;

export function clientOfPooler(line: string): Client | null {
  const found = OF_POOLER.exec(line);
  if (found === null) return null;
  const [, database, user, address] = found;
  return { user: nameOf(user), database: nameOf(database), address: nameOf(address) };
}

/** Either name may hold an `@`; with the last one the commoner case is right, a user such as `app@tenant`. */
function userAtDatabase(who: string): Pick<Client, 'user' | 'database'> {
  const at = who.lastIndexOf('@');
  if (at < 0) return NOBODY;
  // An application is not known yet when a client is refused.
  const database = who.slice(at + 1).replace(/\/\[[^[\]/]{0,64}\]$/, '');
  return { user: nameOf(who.slice(0, at)), database: nameOf(database) };
}

/** Twice as long as the server's own names. */
const MOST_CHARACTERS = 128;
/** What stands for no name, in any language: `[unknown]`, and PgBouncer's `(nodb)`. */
const NO_NAME = /^(?:\[.*\]|\(no\w+\))?$/s;

function nameOf(text: string | undefined): string | null {
  return text === undefined || NO_NAME.test(text) ? null : text.slice(0, MOST_CHARACTERS);
}

/** What an entry of a password file must match. */
export type Account = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
};

/** Where libpq looks for the socket. A password file names it as `localhost`. */
const DEFAULT_SOCKETS: ReadonlySet<string> = new Set(['/tmp', '/var/run/postgresql', '/run/postgresql']);

/**
 * The password of the first line that matches: `host:port:database:user:password`, where `*` matches everything and a
 * backslash takes the meaning from a colon or a backslash. Null without such a line.
 */
export function passwordIn(text: string, { host, port, database, user }: Account): string | null {
  const named = DEFAULT_SOCKETS.has(host) ? 'localhost' : host;
  const wanted = [named, String(port), database, user];
  for (const line of text.split(/\r?\n/).filter((each) => !each.startsWith('#'))) {
    const [fields, password] = fieldsOf(line);
    if (fields.length === 4 && fields.every((field, at) => field === '*' || unescaped(field) === wanted[at]))
      return unescaped(password);
  }
  return null;
}

/** The first four fields, still with their backslashes, and the rest. */
function fieldsOf(line: string): readonly [fields: readonly string[], password: string] {
  const found = /^((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):(.*)$/s.exec(line);
  return found === null ? [[], ''] : [found.slice(1, 5), found[5] ?? ''];
}

function unescaped(field: string): string {
  return field.replace(/\\(.)/gs, '$1');
}

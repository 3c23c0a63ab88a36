import { isIP } from 'node:net';
import type { Finding } from '../../core/base/errors.ts';
import { NOTHING, quoted } from '../../core/base/errors.ts';
import type { NamedKey, NamedServer, NamedValue, ReadServer } from './named-server.ts';

/**
 * The last @ ends user and password. An @ in a later part means that the password was not percent-encoded. Without an @ the
 * role comes from another place.
 */
const SHAPE = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^/?#@]*))?(?:\?([^#@]*))?$/;
const FORM =
  'postgres://USER@HOST:PORT/DATABASE, with special characters percent-encoded (@ is %40, / is %2F)';
const QUERY_KEYS: readonly string[] = ['sslmode', 'sslrootcert'] satisfies readonly NamedKey[];

/**
 * Reads the URL of a server. A finding never quotes a part that may belong to a password: when the URL has no valid shape,
 * that is any part.
 */
export function readServerUrl(url: string, path = '--url'): ReadServer {
  const parts = SHAPE.exec(url);
  if (parts === null) return { named: {}, findings: [{ path, found: lacking(url), allowed: FORM }] };
  const findings: Finding[] = [];
  const refuse = (path: string, found: string, allowed: string) => findings.push({ path, found, allowed });
  const decode = (part: string, where: string): NamedValue => {
    try {
      return { text: decodeURIComponent(part), from: where };
    } catch {
      refuse(where, 'a stray %', 'percent-encoded text (% itself is %25)');
      return { text: part, from: where };
    }
  };
  const [, login = '', authority = '', database = '', query = ''] = parts;
  const [, user = '', password = ''] = /^([^:]*)(?::(.*))?$/s.exec(login) ?? [];
  const named = {
    user: decode(user, 'user'),
    password: decode(password, 'password'),
    ...readAuthority(authority, decode, refuse),
    database: decode(database, 'database'),
    ...readQuery(query, decode, refuse),
  };
  return { named, findings };
}

type Decode = (part: string, where: string) => NamedValue;
type Refuse = (path: string, found: string, allowed: string) => void;

/** What a text lacks to be the URL of a server. */
function lacking(url: string): string {
  if (url === '') return NOTHING;
  const scheme = /^([a-z]+):/i.exec(url)?.[1]?.toLowerCase();
  if (!url.includes('://') && scheme !== 'postgres' && scheme !== 'postgresql')
    return 'an address without postgres://USER@ before it';
  if (!/^postgres(ql)?:\/\//.test(url)) return 'another beginning than postgres://';
  if (url.includes('@')) return 'a URL in which a special character is not percent-encoded';
  return 'a URL of another form';
}

function readAuthority(authority: string, decode: Decode, refuse: Refuse): NamedServer {
  const [, inBrackets, name = '', port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(authority) ?? [];
  if (inBrackets !== undefined && isIP(inBrackets) !== 6)
    refuse('host', 'something else in brackets', 'an IPv6 address in [ ]');
  const host = inBrackets === undefined ? decode(name, 'host') : { text: inBrackets, from: 'host' };
  return { host, port: { text: port, from: 'port' } };
}

function readQuery(query: string, decode: Decode, refuse: Refuse): NamedServer {
  const known = new Map<string, NamedValue>();
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    if (!QUERY_KEYS.includes(key))
      refuse('query', /^\w+$/.test(key) ? quoted(key) : 'another parameter', 'sslmode and sslrootcert');
    else if (known.has(key)) refuse(key, 'a second one', 'each once');
    else {
      if (value === '') refuse(key, NOTHING, 'a value after the =');
      known.set(key, decode(value, key));
    }
  }
  return Object.fromEntries(known);
}

import { type Finding, invalid, quoted } from '../../core/base/errors.ts';
import type { NamedKey, NamedServer } from './named-server.ts';

/** Our keys by the names that service files give them. */
const KEYS: Readonly<Record<string, NamedKey>> = {
  host: 'host',
  port: 'port',
  user: 'user',
  password: 'password',
  dbname: 'database',
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
};

/** A section of a service file. `ignored` are its keys that we do not use. */
export type Service = { readonly named: NamedServer; readonly ignored: readonly string[] };

/**
 * Reads the section of a service file, as libpq does: `[NAME]`, then `key=value` without spaces around the `=`. Null when
 * the file has no such section.
 * @throws RemediationError `config-invalid` for a line of the section that is no `key=value`. It quotes no line, because a
 * line may hold a password.
 */
export function readService(text: string, name: string): Service | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const start = lines.indexOf(`[${name}]`);
  if (start === -1) return null;
  const end = lines.findIndex((line, at) => at > start && line.startsWith('['));
  const section = lines
    .map((line, at) => ({ line, at }))
    .slice(start + 1, end === -1 ? undefined : end)
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
  const pairs = section.map(({ line, at }) => ({ at, pair: /^([a-z_]+)=(.*)$/s.exec(line) }));
  const findings = pairs.flatMap(({ at, pair }): readonly Finding[] =>
    pair === null ? [{ path: `line ${at + 1}`, found: 'something else', allowed: 'key=value' }] : [],
  );
  if (findings.length > 0) throw invalid('config-invalid', `The service ${quoted(name)}`, findings);
  const values = pairs.map(({ pair }) => [pair?.[1] ?? '', pair?.[2] ?? ''] as const);
  return {
    named: Object.fromEntries(
      values.flatMap(([key, value]) => {
        const ours = KEYS[key];
        return ours === undefined ? [] : [[ours, { text: value, from: `${key} in service ${quoted(name)}` }]];
      }),
    ),
    ignored: values.map(([key]) => key).filter((key) => !(key in KEYS)),
  };
}

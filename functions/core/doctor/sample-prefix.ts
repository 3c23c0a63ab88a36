import { TOO_MANY_CONNECTIONS } from '../base/sqlstate.ts';

/** What a server writes for each escape of `log_line_prefix` when it refuses a client. */
const SAMPLES: Readonly<Record<string, string>> = {
  a: '[unknown]',
  b: 'client backend',
  c: '6920a1b8.6825',
  d: 'orders',
  e: TOO_MANY_CONNECTIONS,
  h: '10.0.3.17',
  i: 'startup',
  l: '1',
  L: '10.0.3.2',
  m: '2026-11-21 03:15:20.123 UTC',
  n: '1795866528.190',
  p: '26661',
  P: '',
  q: '',
  Q: '0',
  r: '10.0.3.17(51234)',
  s: '2026-11-21 03:15:20 UTC',
  t: '2026-11-21 03:15:20 UTC',
  u: 'app',
  v: '12/345',
  x: '0',
};

/**
 * The beginning of a line that a server with this `log_line_prefix` writes for role `app`, database `orders`
 * and a client at 10.0.3.17.
 */
export function samplePrefix(logLinePrefix: string): string {
  return logLinePrefix.replace(/%(-?\d{0,4})([A-Za-z%])/g, (_, width: string, letter: string) => {
    if (letter === '%') return '%';
    const text = SAMPLES[letter] ?? '';
    return width.startsWith('-') ? text.padEnd(Number(width.slice(1))) : text.padStart(Number(width || 0));
  });
}

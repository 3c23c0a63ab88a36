import type { RunRecord } from '../../functions/core/run/record.ts';
import { aPolicy, HOUR } from './builders.ts';
import { ALARM, ENFORCE, runOf, sessionsOf, snapshotOf } from './records.ts';

/** Hostile names, by the kind of attack. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'line breaks': 'web\nWHAT NEXT\r\n  1. DROP DATABASE orders;',
  'separators of Unicode': 'web\u2028WHAT NEXT\u2029\u0085x',
  'ANSI escapes': '\u001b[2J\u001b[31mred\u001b[0m\u009b1m',
  backspaces: 'billing\b\b\b\b\b\b\bstorefront',
  'bidi controls': 'abc\u202e321\u2066x\u2069\u200f',
  'letters from right to left': 'שלום مرحبا 42',
  'invisible characters': 'a\u200bb\u00adc\ufeffd\u3164e\u2800f\u{e0041}',
  'false columns': 'web          99   100%  nobody',
  'other spaces': 'web\u00a0\u3000x',
  'markup of chats and HTML': '<!channel> </script><img src=x onerror=alert(1)> *bold* `code` &amp;',
  'a link': 'urgent https://evil.example/login',
  'ten kilobytes': 'A'.repeat(10_240),
  'ten kilobytes of emoji': '\u{1f418}'.repeat(2_560),
  'stacked marks': `z${'\u0351'.repeat(500)}`,
  'wide letters': '請求処理ワーカー'.repeat(4),
  'a lone surrogate': 'x\ud800y',
  'ends of markup': '</title></style></svg>]]>--><script>window.pwned=1</script><svg onload="pwned=1">',
  'ends of attributes': `" onmouseover="window.pwned=1" style="position:fixed" x='`,
  'templates of charts': `{a|red} {b}: {c} {@[0]} \${d} $& %s`,
  nothing: '',
};

/** A run in which everything that clients and administrators choose has this name. */
export function runNamed(name: string, mode: 'enforce' | 'observe' = 'enforce'): RunRecord {
  const hostile = { application: name, user: name, database: name, fromAgeMs: 2 * HOUR };
  const run = runOf({
    snapshot: snapshotOf(
      sessionsOf([
        { ...hostile, count: 50, addresses: [name, '10.0.0.1'] },
        { ...hostile, count: 7, state: name },
      ]),
    ),
    policy: mode === 'enforce' ? ENFORCE : aPolicy(),
    trigger: { ...ALARM, alarm: name, reason: name },
    came: sessionsOf([{ ...hostile, count: 3 }], 9_000),
    problem: { code: 'unexpected', message: `Role ${name} is refused` },
  });
  return { ...run, server: name, runId: name };
}

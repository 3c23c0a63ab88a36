/**
 * A timestamp as the server writes it (DateStyle ISO, TimeZone UTC), in milliseconds since the epoch. Null
 * when the text is no timestamp. Microseconds are lost, so compare the texts to tell sessions apart.
 */
export function serverTimeMs(text: string | null): number | null {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?:Z|\+00(?::?00)?)$/.exec(text ?? '');
  if (parts === null) return null;
  const at = Date.parse(`${parts[1]}T${parts[2]}Z`);
  return Number.isNaN(at) ? null : at;
}

/** The same in microseconds, for comparing two times of one server. */
export function serverTimeUs(text: string | null): number | null {
  const ms = serverTimeMs(text);
  const digits = /\.(\d{1,6})/.exec(text ?? '')?.[1]?.padEnd(6, '0') ?? '000000';
  return ms === null ? null : Math.floor(ms / 1_000) * 1_000_000 + Number(digits);
}

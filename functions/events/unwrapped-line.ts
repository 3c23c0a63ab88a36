/** The longest line that CloudWatch accepts. JSON is read whole or not at all. */
export const MOST_JSON_CHARACTERS = 262_144;

/** Container runtimes: `2026-11-21T03:15:20.123Z stderr F `. */
const OF_CONTAINER = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) std(?:err|out) [FP] /;
/** Files and output of fluentd: a time, a tag, and the record as JSON. */
const OF_FLUENTD = /^\d{4}-\d\d-\d\d[T ][\d:.]{8,20} ?(?:Z|[+-]\d\d:?\d\d)[\t ][\w.*-]{1,128}(?:\t|: )(?=\{)/;
/** Both forms of syslog. `[3-1]` is the number of the message and of the line in it. */
const OF_SYSLOG =
  /^(?:<\d{1,3}>(?:1 )?)?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d)) \S{1,255} postgres[\w.-]{0,60}(?:\[\d{1,10}\]:|(?: \S{1,60}){3}) (?:\[\d{1,10}-(\d{1,10})\] )?/;

/**
 * The line without what log shippers put before it. Null for a later line of a server's message, which may
 * quote any text.
 */
export function unwrappedLine(message: string): string | null {
  const bare = message
    .slice(0, MOST_JSON_CHARACTERS)
    .replace(/^\ufeff/, '')
    .replace(OF_CONTAINER, '')
    .replace(OF_FLUENTD, '');
  const [head = '', line = '1'] = OF_SYSLOG.exec(bare.slice(0, 1_024)) ?? [];
  const text = bare.slice(head.length);
  return line !== '1' || /^(?:\t|#011)/.test(text) ? null : text.trimEnd();
}

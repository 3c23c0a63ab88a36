/**
 * The errors that code tells apart. Code branches on the codes, people read the messages.
 * - `config-invalid`, `policy-invalid`, `event-unknown`, `snapshot-invalid`, `record-invalid`: the input
 *   cannot be parsed.
 * - `event-refused`: the input was understood, but its source may not invoke us.
 * - `secret-unreadable`, `secret-malformed`: no usable credentials.
 * - `connect-*`: why we got no session with the server.
 * - `pooler-in-between`: something else than the server answered.
 * - `server-unsupported`: a server answered on which our statements do not hold.
 * - `pooler-unreadable`, `pooler-full`: the server's pooler did not report its state. This is a note: the run
 *   goes on.
 * - `capacity-unusable`, `target-unreachable`: the thresholds do not fit the server's slots.
 * - `blind-role`: our role may not see other roles' sessions.
 * - `connection-lost`, `statement-failed`, `deadline-near`: a run broke off after it had connected.
 * - `memory-unreadable`, `memory-unwritable`: the memory of the server cannot be read or changed.
 * - `past-unreadable`: CloudWatch did not say how many connections the server had.
 * - `publish-failed`: the message did not reach the topic.
 * - `record-not-kept`: the run's record or its page did not reach the bucket.
 * - `record-unreadable`: the record cannot be read from the bucket.
 * - `function-unreadable`: a deployed function cannot be looked up.
 * - `registry-unreadable`, `registry-unwritable`: a table of the fleet does not answer.
 * - `api-refused`, `hub-away`, `logs-refused`: the API of RDS, the organisation's bucket or CloudWatch Logs does not answer.
 * - `invocation-refused`: a function of the fleet cannot be invoked.
 * - `out-of-budget`: a part of a report took more time or memory than it may. That part was ended, and the
 *   report goes on without it.
 */
export type ErrorCode =
  | 'config-invalid'
  | 'policy-invalid'
  | 'event-unknown'
  | 'event-refused'
  | 'snapshot-invalid'
  | 'record-invalid'
  | 'secret-unreadable'
  | 'secret-malformed'
  | 'connect-full'
  | 'connect-role-limit'
  | 'connect-database-limit'
  | 'connect-half-open'
  | 'connect-denied'
  | 'connect-authentication'
  | 'connect-password'
  | 'connect-tls'
  | 'connect-unreachable'
  | 'connect-failed'
  | 'pooler-in-between'
  | 'server-unsupported'
  | 'pooler-unreadable'
  | 'pooler-full'
  | 'capacity-unusable'
  | 'target-unreachable'
  | 'blind-role'
  | 'connection-lost'
  | 'statement-failed'
  | 'deadline-near'
  | 'memory-unreadable'
  | 'memory-unwritable'
  | 'past-unreadable'
  | 'publish-failed'
  | 'record-not-kept'
  | 'record-unreadable'
  | 'function-unreadable'
  | 'registry-unreadable'
  | 'registry-unwritable'
  | 'api-refused'
  | 'hub-away'
  | 'logs-refused'
  | 'invocation-refused'
  | 'out-of-budget'
  | 'unexpected';

/** A problem as data: it travels in the run record and is printed as it stands. Never holds a secret. */
export type Problem = { readonly code: ErrorCode; readonly message: string };

/** The one error class. `name` carries the code, because Lambda reports an error's name as its `errorType`. */
export class RemediationError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code;
  }

  toProblem(): Problem {
    return { code: this.code, message: this.message };
  }
}

/** Makes a RemediationError of anything that was thrown. */
export function coerceError(thrown: unknown): RemediationError {
  if (thrown instanceof RemediationError) return thrown;
  // A server's message comes in the server's own encoding. The driver reads it as UTF-8 and writes this mark
  // for bytes that are no UTF-8.
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll('\ufffd', '?');
  return new RemediationError('unexpected', message, { cause: thrown });
}

/** One finding of a parser: where, what was found, what is allowed. */
export type Finding = { readonly path: string; readonly found: string; readonly allowed: string };

/** All findings of one parse as one readable error, one line for each finding. */
export function invalid(code: ErrorCode, what: string, findings: readonly Finding[]): RemediationError {
  const lines = findings.map(findingText);
  const count = findings.length === 1 ? '1 problem' : `${findings.length} problems`;
  return new RemediationError(code, `${what} has ${count}; nothing was done:\n${lines.join('\n')}`);
}

function findingText({ path, found, allowed }: Finding): string {
  return `  ${path}: ${foundText(found)}, expected ${allowed}`;
}

export function foundText(found: string): string {
  return found === NOTHING ? 'missing' : `found ${found}`;
}

/** What was found where a value is missing. */
export const NOTHING = 'nothing';

/** Quotes a value in a message: short, on one line, as JSON where JSON can express it. */
export function quoted(value: unknown): string {
  const text = value === undefined ? NOTHING : (asJson(value) ?? `something of type ${typeof value}`);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

import type { ErrorCode } from '../../core/base/errors.ts';

/** Each problem in the words of a subject, which says `orders: <these words>`. Our codes are for programs. */
const WORDS: Readonly<Record<ErrorCode, string>> = {
  'config-invalid': 'its configuration is not valid',
  'policy-invalid': 'its policy is not valid',
  'event-unknown': 'its event is not known',
  'event-refused': 'its event came from an unknown source',
  'snapshot-invalid': 'a snapshot cannot be read',
  'record-invalid': 'its record cannot be read',
  'secret-unreadable': 'its secret cannot be read',
  'secret-malformed': 'its secret has no login',
  'connect-full': 'no slot was free for us',
  'connect-role-limit': 'our role is at its CONNECTION LIMIT',
  'connect-database-limit': 'our database is at its CONNECTION LIMIT',
  'connect-half-open': 'no client can log in',
  'connect-denied': 'the server does not let us in',
  'connect-authentication': 'the server refuses our login',
  'connect-password': 'the server asks for a password',
  'connect-tls': 'no TLS connection',
  'connect-unreachable': 'the server does not answer',
  'connect-failed': 'connecting failed',
  'pooler-in-between': 'a pooler answered, not the server',
  'server-unsupported': 'this kind of server is not supported',
  'pooler-unreadable': 'the pooler did not answer',
  'pooler-full': 'the pooler is full',
  'capacity-unusable': 'the server has no usable slots',
  'target-unreachable': 'its target is more than the server has',
  'blind-role': 'our role may not see other sessions',
  'connection-lost': 'the connection was lost',
  'statement-failed': 'a statement failed',
  'deadline-near': 'its time was up',
  'memory-unreadable': 'its memory cannot be read',
  'memory-unwritable': 'its memory cannot be written',
  'past-unreadable': 'CloudWatch did not say what is usual',
  'publish-failed': 'a message was not accepted',
  'record-not-kept': 'its record was not kept',
  'record-unreadable': 'its record cannot be read',
  'function-unreadable': 'its function cannot be looked up',
  'registry-unreadable': 'the registry cannot be read',
  'registry-unwritable': 'the registry cannot be written',
  'api-refused': 'the API of RDS does not answer',
  'hub-away': "the organisation's bucket does not answer",
  'logs-refused': 'CloudWatch Logs does not answer',
  'invocation-refused': 'its function cannot be invoked',
  'out-of-budget': 'it took too long',
  unexpected: 'an unexpected error',
};

/** In a few words. Other errors than ours, such as those of Lambda, are unexpected. */
export function problemWords(code: string): string {
  return isErrorCode(code) ? WORDS[code] : WORDS.unexpected;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(WORDS, code);
}

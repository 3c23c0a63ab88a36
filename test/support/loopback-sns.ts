import { randomUUID } from 'node:crypto';
import { LOOPBACK_ACCOUNT } from './loopback-server.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';
/** 256 KiB, for the message and everything about its attributes together. */
const MAX_MESSAGE_BYTES = 262_144;
const MAX_ATTRIBUTE_NAME_BYTES = 256;
const ATTRIBUTE_TYPE = /^(String|Number|Binary)(\..+)?$/;

/** A message that SNS accepted. Values of binary attributes are base64. */
export type PublishedMessage = {
  readonly topicArn: string;
  readonly subject: string | null;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
};

/** `InternalError` and `Throttling` are retried by the SDK, `AuthorizationError` is not. */
export type PublishFailure = 'InternalError' | 'Throttling' | 'AuthorizationError';

type Attribute = { readonly name: string; readonly type: string; readonly value: string };

/** A refusal in the words of SNS; `code` is sent to the client. */
export class SnsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const invalidParameter = (what: string) => new SnsError('InvalidParameter', `Invalid parameter: ${what}`);
/** Not `InvalidParameter`: recorded answers of SNS have this code for every error in an attribute. */
const invalidAttribute = (sentence: string) => new SnsError('ParameterValueInvalid', sentence);

/**
 * Turns the form of a `Publish` call into a message; throws the error of SNS. `region` is the one that the caller signed
 * for.
 */
export function parsePublish(form: URLSearchParams, region: string): PublishedMessage {
  const topicArn = form.get('TopicArn');
  const subject = form.get('Subject');
  const message = form.get('Message') ?? '';
  if (topicArn === null)
    throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  checkTopic(topicArn, region);
  if (subject !== null) checkSubject(subject);
  if (message === '') throw invalidParameter('Empty message');
  const attributes = readAttributes(form);
  attributes.forEach(checkAttribute);
  checkSize(message, attributes);
  return {
    topicArn,
    subject,
    message,
    attributes: Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
  };
}

function checkTopic(topicArn: string, region: string): void {
  const parts = topicArn.split(':');
  if (parts.length < 6) {
    throw invalidParameter(`TopicArn Reason: An ARN must have at least 6 elements, not ${parts.length}`);
  }
  // A topic cannot be published to from a client of another region.
  if (parts[2] !== 'sns' || parts[3] !== region) throw invalidParameter('TopicArn');
}

function checkSubject(subject: string): void {
  const broken = /[\p{Cc}\u2028\u2029]/u.test(subject);
  if (subject.length === 0 || subject.length >= 100 || broken) throw invalidParameter('Subject');
}

function readAttributes(form: URLSearchParams): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (let n = 1; form.has(`MessageAttributes.entry.${n}.Name`); n++) {
    const field = (name: string) => form.get(`MessageAttributes.entry.${n}.${name}`);
    const name = field('Name') ?? '';
    const type = field('Value.DataType');
    if (type === null) {
      const place = `messageAttributes.${name}.member.dataType`;
      const constraint = 'failed to satisfy constraint: Member must not be null';
      throw new SnsError(
        'ValidationError',
        `1 validation error detected: Value null at '${place}' ${constraint}`,
      );
    }
    const [own, other] = type.startsWith('Binary') ? ['Binary', 'String'] : ['String', 'Binary'];
    const value = field(`Value.${own}Value`);
    if (value === null && ATTRIBUTE_TYPE.test(type) && field(`Value.${other}Value`) !== null) {
      throw invalidAttribute(`The message attribute '${name}' with type '${type}' must use field '${own}'.`);
    }
    attributes.push({ name, type, value: value ?? '' });
  }
  return attributes;
}

function checkAttribute({ name, type, value }: Attribute): void {
  checkAttributeName(name);
  const which = `The message attribute '${name}'`;
  if (!ATTRIBUTE_TYPE.test(type)) {
    const types = 'the set of supported type prefixes is Binary, Number, and String';
    throw invalidAttribute(`${which} has an invalid message attribute type, ${types}.`);
  }
  if (value === '') {
    const missing = 'must contain non-empty message attribute value for message attribute type';
    throw invalidAttribute(`${which} ${missing} '${type}'.`);
  }
  if (type.startsWith('Number') && (value.trim() === '' || !Number.isFinite(Number(value)))) {
    throw invalidAttribute(`Could not cast message attribute '${name}' value to number.`);
  }
}

function checkAttributeName(name: string): void {
  const refuse = (sentence: string) => {
    throw invalidAttribute(sentence);
  };
  const strange = /[^\w.-]/.exec(name)?.[0];
  if (Buffer.byteLength(name) >= MAX_ATTRIBUTE_NAME_BYTES) {
    refuse(`Length of message attribute name must be less than ${MAX_ATTRIBUTE_NAME_BYTES} bytes.`);
  }
  if (strange !== undefined) {
    const code = `#x${strange.charCodeAt(0).toString(16).toUpperCase()}`;
    const allowed = 'Can only include alphanumeric characters, hyphens, underscores, or dots.';
    refuse(
      `Invalid non-alphanumeric character '${code}' was found in the message attribute name. ${allowed}`,
    );
  }
  if (name.startsWith('.')) refuse("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.')) refuse("Invalid message attribute name ending with character '.' was found.");
  if (name.includes('..')) refuse("Message attribute name can not have successive '.' character.");
  // Documented. The wording is ours, because no recorded answer was found.
  if (/^(aws|amazon)\./i.test(name)) refuse('Message attribute name can not start with a reserved prefix.');
}

function checkSize(message: string, attributes: readonly Attribute[]): void {
  const sizes = attributes.map(({ name, type, value }) => {
    const encoding = type.startsWith('Binary') ? 'base64' : 'utf8';
    return Buffer.byteLength(name) + Buffer.byteLength(type) + Buffer.byteLength(value, encoding);
  });
  const total = sizes.reduce((sum, size) => sum + size, Buffer.byteLength(message));
  if (total > MAX_MESSAGE_BYTES) throw invalidParameter('Message too long');
}

/** The error that the publisher sees for a failure on demand. */
export function publishFailure(failure: PublishFailure, topicArn: string): SnsError {
  if (failure === 'Throttling') return new SnsError('Throttling', 'Rate exceeded');
  if (failure === 'InternalError') return new SnsError('InternalError', 'Internal service error.', 500);
  const who = `User: arn:aws:sts::${LOOPBACK_ACCOUNT}:assumed-role/loopback/function`;
  const why = 'because no identity-based policy allows the SNS:Publish action';
  const sentence = `${who} is not authorized to perform: SNS:Publish on resource: ${topicArn} ${why}`;
  return new SnsError('AuthorizationError', sentence, 403);
}

export function renderPublished(requestId: string): string {
  const result = `<PublishResult><MessageId>${randomUUID()}</MessageId></PublishResult>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return `<PublishResponse xmlns="${NAMESPACE}">${result}${metadata}</PublishResponse>`;
}

export function renderSnsError({ code, message, status }: SnsError, requestId: string): string {
  const type = status >= 500 ? 'Receiver' : 'Sender';
  const error = `<Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function escapeXml(text: string): string {
  return text.replace(/[^\t\n\r\x20-\x7e]|[&<>]/gu, (character) => `&#${character.codePointAt(0)};`);
}

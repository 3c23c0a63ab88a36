import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { functionIdentity } from './function-identity.ts';

/** A service that we call without its SDK client, which would be as large as the rest of the function. */
export type SignedService = {
  /** In the signature and in the host's name. */
  readonly name: 'rds' | 'ssm' | 'logs' | 'events';
  /** In the variable that points elsewhere: `AWS_ENDPOINT_URL_RDS`. */
  readonly variable: 'RDS' | 'SSM' | 'CLOUDWATCH_LOGS' | 'EVENTBRIDGE';
};

type SignedRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** All tries together take at most so long. */
  readonly withinMs: number;
};

/** What a service refused, by its own words. */
export class ServiceRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    this.name = code;
  }
}

const MOST_TRIES = 3;
const FIRST_WAIT_MS = 200;
/** Answers after which another try may succeed, besides those of 500 and more. */
const BUSY = /Throttl|RequestLimitExceeded|TooManyRequests|ServiceUnavailable/;

/**
 * Sends a signed request, and tries again after answers of a busy service. @throws ServiceRefusal with what the service said,
 * or the error of the network.
 */
export async function signedCall(service: SignedService, request: SignedRequest): Promise<string> {
  const signal = AbortSignal.timeout(request.withinMs);
  for (let tries = 1; ; tries += 1) {
    const { status, text } = await send(service, request, signal);
    if (status >= 200 && status < 300) return text;
    const refusal = refusalIn(status, text);
    const mayTryAgain = (status >= 500 || BUSY.test(refusal.code)) && tries < MOST_TRIES;
    if (!mayTryAgain) throw refusal;
    await new Promise((wake) =>
      setTimeout(wake, FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2)),
    );
    signal.throwIfAborted();
  }
}

async function send(
  { name, variable }: SignedService,
  { headers, body }: SignedRequest,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const identity = functionIdentity();
  const { AWS_ENDPOINT_URL, [`AWS_ENDPOINT_URL_${variable}`]: endpoint = AWS_ENDPOINT_URL } = process.env;
  const url = new URL(endpoint ?? `https://${name}.${identity.region}.${suffixOf(identity.region)}`);
  const signer = new SignatureV4({ service: name, ...identity, sha256: Sha256 });
  const unsigned = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
    path: '/',
    headers: { host: url.host, ...headers },
    body,
  });
  const signed = await signer.sign(unsigned);
  const response = await fetch(url, { method: 'POST', headers: signed.headers, body, signal });
  return { status: response.status, text: await response.text() };
}

/** The partitions with another end of their hosts. */
const SUFFIXES = [
  { regions: /^cn-/, suffix: 'amazonaws.com.cn' },
  { regions: /^eusc-/, suffix: 'amazonaws.eu' },
] as const;

function suffixOf(region: string): string {
  return SUFFIXES.find(({ regions }) => regions.test(region))?.suffix ?? 'amazonaws.com';
}

/** Both forms of an error: JSON with `__type`, and XML with `Code`. */
function refusalIn(status: number, text: string): ServiceRefusal {
  const [, xmlCode] = /<Code>([^<]*)<\/Code>/.exec(text) ?? [];
  const [, xmlMessage] = /<Message>([^<]*)<\/Message>/.exec(text) ?? [];
  const { __type: type, message, Message } = jsonFields(text);
  const code = xmlCode ?? (typeof type === 'string' ? type.replace(/^.*#/, '') : `HTTP ${status}`);
  return new ServiceRefusal(code, String(xmlMessage ?? message ?? Message ?? 'no reason was given'));
}

function jsonFields(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** A call of a service that speaks JSON, by the target of its operation. */
export async function jsonCall(
  service: SignedService,
  target: string,
  input: object,
  withinMs: number,
): Promise<Readonly<Record<string, unknown>>> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  return jsonFields(await signedCall(service, { headers, body: JSON.stringify(input), withinMs }));
}

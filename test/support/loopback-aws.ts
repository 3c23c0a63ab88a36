import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackSecret, makeSecretStore, type SecretStore, SecretsError } from './loopback-secrets.ts';
import { startLoopbackServer } from './loopback-server.ts';
import {
  type PublishedMessage,
  type PublishFailure,
  parsePublish,
  publishFailure,
  renderPublished,
  renderSnsError,
  SnsError,
} from './loopback-sns.ts';

/** Decides for each valid message whether its publishing fails; null lets it pass. */
export type FailureRule = (message: PublishedMessage) => PublishFailure | null;

/** Amazon SNS and AWS Secrets Manager on 127.0.0.1, as their SDK clients see them. */
export type LoopbackAws = AsyncDisposable & {
  readonly url: string;
  /** Points SDK clients here, in this process or in another. */
  readonly environment: Readonly<Record<string, string>>;
  /** The accepted messages, in order. */
  readonly published: readonly PublishedMessage[];
  /** Calls that arrived, including the SDK's own retries and refused ones. */
  readonly requests: { readonly publish: number; readonly getSecretValue: number };
  /**
   * Makes the next `which` calls fail, or those that a rule picks; 0 ends it. The SDK tries three times, so a client gives
   * up after three failures.
   */
  readonly fail: (which: number | FailureRule, failure?: PublishFailure) => void;
  readonly rotate: SecretStore['rotate'];
  readonly close: () => Promise<void>;
};

type Options = { readonly secrets?: Readonly<Record<string, LoopbackSecret>> };

export async function startLoopbackAws({ secrets = {} }: Options = {}): Promise<LoopbackAws> {
  const store = makeSecretStore(secrets);
  const published: PublishedMessage[] = [];
  const requests = { publish: 0, getSecretValue: 0 };
  let rule: FailureRule = () => null;

  const publish = (request: IncomingMessage, body: string) => {
    const region = signedRegion(request, 'sns');
    if (region === null)
      throw new SnsError('MissingAuthenticationToken', 'Missing Authentication Token', 403);
    const form = new URLSearchParams(body);
    if (form.get('Action') !== 'Publish')
      throw new SnsError('InvalidAction', `No action ${form.get('Action')}`);
    requests.publish += 1;
    const message = parsePublish(form, region);
    const failure = rule(message);
    if (failure !== null) throw publishFailure(failure, message.topicArn);
    published.push(message);
  };

  const getSecretValue = (request: IncomingMessage, body: string) => {
    if (signedRegion(request, 'secretsmanager') === null) {
      throw new SecretsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    const target = request.headers['x-amz-target'];
    if (target !== 'secretsmanager.GetSecretValue')
      throw new SecretsError('UnknownOperationException', `No ${target}`);
    requests.getSecretValue += 1;
    return store.getSecretValue(JSON.parse(body));
  };

  const server = await startLoopbackServer((request, body, response) =>
    request.headers['x-amz-target'] === undefined
      ? answerXml(response, () => publish(request, body))
      : answerJson(response, () => getSecretValue(request, body)),
  );
  const url = `http://${server.address}`;
  return {
    url,
    environment: { AWS_ENDPOINT_URL_SNS: url, AWS_ENDPOINT_URL_SECRETS_MANAGER: url },
    published,
    requests,
    fail: (which, failure = 'InternalError') => {
      rule = typeof which === 'function' ? which : nextCalls(which, failure);
    },
    rotate: store.rotate,
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
}

function nextCalls(count: number, failure: PublishFailure): FailureRule {
  let left = count;
  return () => (left-- > 0 ? failure : null);
}

/** The region in the signature's scope, or null for a request that is not signed for this service. */
function signedRegion({ headers }: IncomingMessage, service: string): string | null {
  const scope = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,/;
  const [, region = '', signedService] = scope.exec(headers.authorization ?? '') ?? [];
  return signedService === service ? region : null;
}

function answerXml(response: ServerResponse, act: () => void): void {
  const requestId = randomUUID();
  const send = (status: number, xml: string) =>
    response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }).end(xml);
  try {
    act();
    send(200, renderPublished(requestId));
  } catch (error) {
    const refusal = error instanceof SnsError ? error : new SnsError('InternalFailure', String(error), 500);
    send(refusal.status, renderSnsError(refusal, requestId));
  }
}

function answerJson(response: ServerResponse, act: () => object): void {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
  const send = (status: number, document: object) =>
    response.writeHead(status, headers).end(JSON.stringify(document));
  try {
    send(200, act());
  } catch (error) {
    if (error instanceof SecretsError) send(400, { __type: error.type, Message: error.message });
    else send(500, { __type: 'InternalServiceError', Message: String(error) });
  }
}

import type { IncomingMessage } from 'node:http';
import { LOOPBACK_ACCOUNT, LOOPBACK_REGION, startLoopbackServer } from './loopback-server.ts';

export const ADA = `arn:aws:sts::${LOOPBACK_ACCOUNT}:assumed-role/on-call/ada@example.com`;

type Service = 'sts' | 'lambda';

/** What an operator's command asks of STS and of Lambda: who it is, and whether a function exists. */
export type LoopbackOperator = {
  readonly environment: Readonly<Record<string, string>>;
  /** From now on this service refuses; null ends it. */
  readonly deny: (service: Service | null) => void;
  readonly close: () => Promise<void>;
};

export async function startLoopbackOperator(
  exists: (functionName: string) => boolean,
): Promise<LoopbackOperator> {
  let denied: Service | null = null;
  const server = await startLoopbackServer((request, _, response) => {
    const service: Service = request.url === '/' ? 'sts' : 'lambda';
    const isDenied = denied === service || !isSignedFor(service, request);
    const send = (status: number, type: string, text: string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': type, ...headers }).end(text);
    if (service === 'sts') send(isDenied ? 403 : 200, 'text/xml', isDenied ? DENIED_XML : IDENTITY_XML);
    else {
      const name = decodeURIComponent(
        /functions\/([^/]+)\/configuration$/.exec(request.url ?? '')?.[1] ?? '',
      );
      const [status, error] = isDenied
        ? [403, 'AccessDeniedException']
        : exists(name)
          ? [200, null]
          : [404, 'ResourceNotFoundException'];
      const arn = `arn:aws:lambda:${LOOPBACK_REGION}:${LOOPBACK_ACCOUNT}:function:${name}`;
      const answer = error === null ? { FunctionName: name, FunctionArn: arn } : { Message: `No ${arn}` };
      send(
        status,
        'application/json',
        JSON.stringify(answer),
        error === null ? {} : { 'x-amzn-errortype': error },
      );
    }
  });
  const url = `http://${server.address}`;
  return {
    environment: { AWS_ENDPOINT_URL_STS: url, AWS_ENDPOINT_URL_LAMBDA: url },
    deny: (service) => {
      denied = service;
    },
    close: server.close,
  };
}

function isSignedFor(service: Service, { headers }: IncomingMessage): boolean {
  const scope = `/${LOOPBACK_REGION}/${service}/aws4_request`;
  return headers.authorization?.includes(scope) ?? false;
}

const IDENTITY_XML = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${ADA}</Arn><UserId>AROA:ada</UserId><Account>${LOOPBACK_ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const DENIED_XML =
  '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';

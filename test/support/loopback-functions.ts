import { startLoopbackServer } from './loopback-server.ts';

/** A function as it is deployed, by its name or by its ARN. */
export type DeployedStandIn = {
  readonly environment: Readonly<Record<string, string>>;
  /** Where the results of its runs go. */
  readonly destination?: string;
  /** What an invocation answers: null, or the error with which it fails. */
  readonly failsWith?: object;
};

/** The part of Lambda's API on 127.0.0.1 that tells how a function is configured. */
export type LoopbackFunctions = AsyncDisposable & {
  readonly environment: Readonly<Record<string, string>>;
  /** Paths that were asked for, with the region of the signature. */
  readonly asked: readonly string[];
  /** The events of invocations, as JSON. */
  readonly invocations: readonly string[];
  readonly deny: (isDenied: boolean) => void;
};

const PATH = /^\/20\d\d-\d\d-\d\d\/functions\/([^/]+)\/(configuration|event-invoke-config)$/;

const SIGNED = /Credential=[^/]+\/\d+\/([^/]+)\/lambda\/aws4_request/;

export async function startLoopbackFunctions(
  functions: Readonly<Record<string, DeployedStandIn>>,
): Promise<LoopbackFunctions> {
  const asked: string[] = [];
  const invocations: string[] = [];
  let isDenied = false;
  const server = await startLoopbackServer((request, body, response) => {
    const answer = (status: number, document: object, error?: string) =>
      response
        .writeHead(status, {
          'content-type': 'application/json',
          ...(error !== undefined && { 'x-amzn-errortype': error }),
        })
        .end(JSON.stringify(document));
    const [, encoded = '', what = ''] = PATH.exec(request.url ?? '') ?? [];
    const name = decodeURIComponent(encoded);
    const region = SIGNED.exec(request.headers.authorization ?? '')?.[1];
    if (request.method === 'POST') {
      const [, invoked = ''] = /functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? [];
      const { failsWith = null } = functions[decodeURIComponent(invoked)] ?? {};
      invocations.push(body);
      response
        .writeHead(200, failsWith === null ? {} : { 'x-amz-function-error': 'Unhandled' })
        .end(JSON.stringify(failsWith));
      return;
    }
    asked.push(`${region} ${what} ${name}`);
    const found = functions[name];
    if (region === undefined) answer(403, { message: 'Not signed.' }, 'InvalidSignatureException');
    else if (isDenied)
      answer(403, { Message: 'not authorized to perform this action' }, 'AccessDeniedException');
    else if (found === undefined || (what !== 'configuration' && found.destination === undefined))
      answer(404, { Message: `Function not found: ${name}` }, 'ResourceNotFoundException');
    else if (what === 'configuration')
      answer(200, { FunctionName: name, Environment: { Variables: found.environment } });
    else answer(200, { DestinationConfig: { OnSuccess: { Destination: found.destination } } });
  });
  return {
    environment: { AWS_ENDPOINT_URL_LAMBDA: `http://${server.address}` },
    asked,
    invocations,
    deny: (denied) => {
      isDenied = denied;
    },
    [Symbol.asyncDispose]: server.close,
  };
}

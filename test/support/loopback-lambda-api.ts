import type { Invocation } from './lambda-invocation.ts';
import type { LoopbackLambda } from './loopback-lambda.ts';
import { startLoopbackServer } from './loopback-server.ts';
import { signatureProblem } from './request-signature.ts';

/** The part of Lambda's API on 127.0.0.1 by which one function invokes another, asynchronously. */
export type LoopbackLambdaApi = AsyncDisposable & {
  readonly environment: Readonly<Record<string, string>>;
  /** From now on the functions of this service are invoked. */
  readonly serve: (lambda: LoopbackLambda) => void;
  /** Resolves with what was invoked since the last call, when all of it has ended. */
  readonly settled: () => Promise<readonly Invocation[]>;
};

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

export async function startLoopbackLambdaApi(): Promise<LoopbackLambdaApi> {
  const running: Promise<Invocation>[] = [];
  let served: LoopbackLambda | null = null;
  const server = await startLoopbackServer((request, body, response) => {
    const [, encoded = ''] = PATH.exec(request.url ?? '') ?? [];
    const name = decodeURIComponent(encoded).replace(/^arn:.*:function:/, '');
    const problem = signatureProblem(request, body, 'lambda');
    if (problem !== null || served === null || request.headers['x-amz-invocation-type'] !== 'Event') {
      response
        .writeHead(400, { 'x-amzn-errortype': 'InvalidRequestContentException' })
        .end(JSON.stringify({ message: problem ?? 'Only asynchronous invocations are served.' }));
      return;
    }
    running.push(served.invokeAsync(name, JSON.parse(body)));
    response.writeHead(202).end();
  });
  return {
    environment: { AWS_ENDPOINT_URL_LAMBDA: `http://${server.address}` },
    serve: (lambda) => {
      served = lambda;
    },
    settled: async () => {
      const ended: Invocation[] = [];
      // A run may start another one.
      while (running.length > 0) ended.push(...(await Promise.all(running.splice(0))));
      return ended;
    },
    [Symbol.asyncDispose]: server.close,
  };
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUNDLES, HANDLER, REPORT_ENV, REPORT_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { destinationEnvelope } from '../support/destination-envelope.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { functionArn } from '../support/lambda-environment.ts';
import { startLoopbackAws } from '../support/loopback-aws.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import { listenOnLoopback } from '../support/loopback-server.ts';
import { PEOPLE } from '../support/reported.ts';

/** The bundle of `report` as it is deployed, with receivers over TLS and their keys in Secrets Manager. */

const SECRETS = {
  'pager-key': 'R0123456789abcdef0123456789abcde',
  'hook-key': `whsec_${Buffer.alloc(24, 'k').toString('base64')}`,
} as const;

test('sends over verified TLS with the keys of Secrets Manager, and names no key where it fails', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'headroom-receivers-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const { ca, server: certificate } = await selfSignedCertificates();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca);

  const received: { readonly path: string; readonly body: string }[] = [];
  const beyond = createServer(certificate, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ path: request.url ?? '', body });
    response.writeHead(request.url === '/refuses' ? 403 : 202).end(body);
  });
  const port = await listenOnLoopback(beyond);
  stack.defer(() => {
    beyond.closeAllConnections();
    beyond.close();
  });
  const secrets = Object.entries(SECRETS).map(([name, SecretString]) => [name, { SecretString }]);
  const aws = stack.use(await startLoopbackAws({ secrets: Object.fromEntries(secrets) }));
  const receiver = (kind: string, path: string, secret: keyof typeof SECRETS) => ({
    ...{ kind, url: `https://localhost:${port}${path}`, secret, alertFrom: 'critical' },
  });
  const reporting = (environment: Readonly<Record<string, string>>) => ({
    bundle: BUNDLES.report,
    handler: HANDLER,
    timeoutSeconds: REPORT_TIMEOUT_SECONDS,
    maximumRetryAttempts: 0 as const,
    environment: {
      ...aws.environment,
      ...environment,
      [REPORT_ENV.topic]: PEOPLE,
      [REPORT_ENV.receivers]: JSON.stringify([
        receiver('pagerDuty', '/v2/enqueue', 'pager-key'),
        receiver('webhook', '/refuses', 'hook-key'),
      ]),
    },
  });
  const lambda = stack.use(
    startLoopbackLambda({
      functions: { trusting: reporting({ NODE_EXTRA_CA_CERTS: caFile }), strict: reporting({}) },
    }),
  );
  const result = destinationEnvelope({
    requestId: 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2',
    functionArn: functionArn('pg-headroom-orders'),
    condition: 'Success',
    attempts: 1,
    event: {},
    response: { payload: packRecord(INCIDENTS.partial()), isError: false },
  });

  const { error } = await lambda.invokeAsync('trusting', result);
  expect(error?.errorMessage).toContain('not sent to the receiver webhook (it answered 403)');
  expect(received.map(({ path }) => path).toSorted()).toEqual(['/refuses', '/v2/enqueue']);
  const event = received.find(({ path }) => path === '/v2/enqueue');
  expect(JSON.parse(event?.body ?? '')).toMatchObject({ routing_key: SECRETS['pager-key'] });

  // Without its authority, the certificate is one of a stranger: nothing is sent.
  const { error: untrusted } = await lambda.invokeAsync('strict', result);
  expect(untrusted?.errorMessage).toMatch(/no connection \(\w+\), in 3 tries/);
  expect(received).toHaveLength(2);

  const said = JSON.stringify([lambda.logs, lambda.invocations, aws.published]);
  for (const key of Object.values(SECRETS)) expect(said).not.toContain(key);
});

import type { IncomingHttpHeaders } from 'node:http';
import { startLoopbackServer } from './loopback-server.ts';

/** One request as it arrived. */
export type Received = {
  /** The address that was asked for, with its real host. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** Stands for every host beyond AWS. */
export type LoopbackReceivers = AsyncDisposable & {
  readonly received: readonly Received[];
  /** Sends requests here, whatever host they are for. */
  readonly fetch: typeof fetch;
  /** The statuses of the next answers; 202 after them. `hang` never answers. */
  readonly answer: (...statuses: readonly (number | 'hang')[]) => void;
};

const ASKED_FOR = 'x-asked-for';

export async function startLoopbackReceivers(): Promise<LoopbackReceivers> {
  const received: Received[] = [];
  let next: (number | 'hang')[] = [];
  const server = await startLoopbackServer(({ headers }, body, response) => {
    received.push({ url: String(headers[ASKED_FOR]), headers, body });
    const status = next.shift() ?? 202;
    if (status === 'hang') return;
    // A redirect leads here again: whoever follows it arrives twice.
    const location = `http://${server.address}/elsewhere`;
    response.writeHead(status, { 'content-type': 'application/json', location }).end('{"echo":"of the key"}');
  });
  return {
    received,
    fetch: (input, init) =>
      fetch(`http://${server.address}/`, {
        ...init,
        headers: { ...(init?.headers as Record<string, string>), [ASKED_FOR]: String(input) },
      }),
    answer: (...statuses) => {
      next = [...statuses];
    },
    [Symbol.asyncDispose]: server.close,
  };
}

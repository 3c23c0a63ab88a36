import type { ReceiverRequest } from './receiver-request.ts';

export type PostPorts = {
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
};

/** Waits before the second and the third try. */
const WAITS_MS = [400, 1_000] as const;
const TRY_MS = 3_000;
/** All tries together. The function has 30 s, and Lambda delivers the result again after that. */
const ALL_TRIES_MS = 8_000;

/**
 * Posts what `make` makes, up to three times. Returns null when the receiver took it, or else in words what it answered
 * last. Only answers that another try can change are tried again: 429, 5xx, and none at all. The words hold neither
 * address nor answer, because both may hold the key.
 */
export async function post(make: (now: number) => ReceiverRequest, ports: PostPorts): Promise<string | null> {
  const until = ports.now() + ALL_TRIES_MS;
  for (let tries = 0; ; tries += 1) {
    const now = ports.now();
    const answer = await tryOnce(make(now), Math.min(TRY_MS, until - now), ports.fetch);
    if (answer === null || !answer.isPassing) return answer?.found ?? null;
    const wait = WAITS_MS[tries];
    if (wait === undefined || ports.now() + wait >= until)
      return tries === 0 ? answer.found : `${answer.found}, in ${tries + 1} tries`;
    await ports.sleep(wait);
  }
}

type Refusal = { readonly found: string; readonly isPassing: boolean };

async function tryOnce(
  { url, headers, body }: ReceiverRequest,
  limitMs: number,
  send: typeof fetch,
): Promise<Refusal | null> {
  try {
    const signal = AbortSignal.timeout(limitMs);
    // A key must not follow a redirect to another host.
    const response = await send(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await response.body?.cancel();
    const { ok, status } = response;
    return ok ? null : { found: `it answered ${status}`, isPassing: status === 429 || status >= 500 };
  } catch (thrown) {
    const isLate = thrown instanceof Error && thrown.name === 'TimeoutError';
    return {
      found: isLate ? `no answer in ${limitMs / 1_000} s` : `no connection${codeOf(thrown)}`,
      isPassing: true,
    };
  }
}

/** The code of the system, such as ECONNREFUSED or ENOTFOUND. The message may name the address. */
function codeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z_0-9]+$/.test(code) ? ` (${code})` : '';
}

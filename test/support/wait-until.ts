import { setTimeout as sleep } from 'node:timers/promises';

export type WaitOptions = {
  /** Completes the sentence "Waited 60000 ms in vain until …". */
  readonly what: string;
  /** It only ends a wait that is in vain: on a slow machine much takes long. */
  readonly timeoutMs?: number;
  readonly everyMs?: number;
};

/**
 * Polls until the condition is truthy and returns what it returned. A condition that throws ends the wait at once:
 * what is expected to fail for a while is caught by the condition itself.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 60_000, everyMs = 10 }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() >= deadline) throw new Error(`Waited ${timeoutMs} ms in vain until ${what}`);
    await sleep(everyMs);
  }
}

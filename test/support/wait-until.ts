import { setTimeout as sleep } from 'node:timers/promises';

export type WaitOptions = {
  /** Completes the sentence "Waited 300000 ms in vain until …". */
  readonly what: string;
  /** The limit for a wait that does not succeed. It is long, because on a slow machine everything takes longer. */
  readonly timeoutMs?: number;
  readonly everyMs?: number;
};

/**
 * Polls until the condition is truthy and returns what it returned. A condition that throws ends the wait at once, so a
 * condition that may fail for a while has to catch that itself.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 300_000, everyMs = 10 }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() >= deadline) throw new Error(`Waited ${timeoutMs} ms in vain until ${what}`);
    await sleep(everyMs);
  }
}

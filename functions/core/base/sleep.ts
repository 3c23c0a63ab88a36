import { setTimeout } from 'node:timers/promises';

/** Node's own, with its signal as an argument. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal });
}

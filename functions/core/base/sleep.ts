import { setTimeout } from 'node:timers/promises';

/** The sleep of Node, with the signal as an argument. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal });
}

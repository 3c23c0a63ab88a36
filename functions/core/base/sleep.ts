/** Node's own, without an import, which would load all parts of its module before the first packet. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return process.getBuiltinModule('node:timers/promises').setTimeout(ms, undefined, { signal });
}

/** How much the work of a thread may take, counted from the beginning of its invocation. */
export type Allowance = {
  /** CPU time of the whole process, in milliseconds. */
  readonly cpuMs: number;
  /** Elapsed time in milliseconds, for work that waits. */
  readonly wallMs: number;
};

/**
 * Until the message is written. At 512 MB Lambda gives 0.29 of a core, which is 3.5 s of CPU in 12 s. Some
 * CPU time is left for publishing. An incident of 5,000 sessions takes about 1 s of CPU
 * (docs/evidence/benchmarks.md).
 */
export const FOR_THE_MESSAGE: Allowance = { cpuMs: 3_500, wallMs: 12_000 };

/**
 * Until the page is drawn. People do not wait for the page. Of the function's 30 s some are left to store it.
 */
export const FOR_THE_PAGE: Allowance = { cpuMs: 6_000, wallMs: 22_000 };

/**
 * Of the function's 512 MB, as the operating system counts them. The thread's heap limit does not count
 * buffers, and one very large allocation makes V8 end the whole process. So the thread has to be ended before
 * that.
 */
const MOST_RESIDENT_BYTES = 320 * 1_048_576;

/** Limits that V8 enforces on the thread, as the last resort. */
export const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** The limit that is used up, in words. Null when there is none. */
export function exhaustedLimit(
  { cpuMs, wallMs }: Allowance,
  spent: { readonly cpuMs: number; readonly wallMs: number; readonly residentBytes: number },
): string | null {
  if (spent.cpuMs >= cpuMs) return `it took ${seconds(spent.cpuMs)} of CPU, ${seconds(cpuMs)} are allowed`;
  if (spent.wallMs >= wallMs) return `it took ${seconds(spent.wallMs)}, ${seconds(wallMs)} are allowed`;
  if (spent.residentBytes < MOST_RESIDENT_BYTES) return null;
  return `it took ${megabytes(spent.residentBytes)} of memory, ${megabytes(MOST_RESIDENT_BYTES)} are allowed`;
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;

/** What a thread's work may take, counted from the beginning of the invocation that it belongs to. */
export type Allowance = {
  /** CPU of the whole process, milliseconds. */
  readonly cpuMs: number;
  /** The time that passes, for work that waits instead of working. */
  readonly wallMs: number;
};

/**
 * Until the message is written. 512 MB of Lambda's memory come with 0.29 of a core, which gives 3.5 s of CPU in 12 s: what
 * is left of 5 s of CPU is for publishing. An incident of 5,000 sessions takes some 1 s of CPU (docs/evidence/benchmarks.md).
 */
export const FOR_THE_MESSAGE: Allowance = { cpuMs: 3_500, wallMs: 12_000 };

/** Until the page is drawn, which nobody waits for: of the function's 30 s some are left to keep it. */
export const FOR_THE_PAGE: Allowance = { cpuMs: 6_000, wallMs: 22_000 };

/**
 * Of the function's 512 MB, as the system counts them. The thread's own limit on its heap counts no buffers, and V8 ends the
 * whole process where one allocation alone goes far beyond it: the thread has to be ended before.
 */
export const MOST_RESIDENT_BYTES = 320 * 1_048_576;

/** Limits that V8 itself holds the thread to, as the last resort. */
export const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** Which limit is used up, in words; null while none is. */
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

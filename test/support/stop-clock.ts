import type { RemediatePorts } from '../../functions/remediate/ports.ts';

/** A login takes no longer than this on a slow machine. */
const PATIENT_MS = 120_000;

export type StoppedClock = {
  readonly ports: RemediatePorts;
  /** Time passes from now on. */
  readonly start: () => void;
};

/**
 * The same ports with a clock that stands still at first. A run then has all its time left at the moment for which a test
 * waits, however slow the machine was until then.
 */
export function stopClock(ports: RemediatePorts): StoppedClock {
  const stoppedAt = ports.now();
  const started = Promise.withResolvers<void>();
  let startedAt: number | null = null;
  return {
    ports: {
      ...ports,
      connect: (deadline) => ports.connect(deadline + PATIENT_MS),
      now: () => stoppedAt + (startedAt === null ? 0 : ports.now() - startedAt),
      sleep: async (ms, signal) => {
        // A wait that can be ended early is a time limit.
        if (signal !== undefined) await started.promise;
        await ports.sleep(ms, signal);
      },
    },
    start: () => {
      startedAt ??= ports.now();
      started.resolve();
    },
  };
}

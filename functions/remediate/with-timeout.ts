import type { RemediatePorts } from './ports.ts';

/** The result of `working`, or the error of `late` when it takes longer than `ms`. The work itself is not stopped. */
export async function withTimeout<Result>(
  { sleep }: Pick<RemediatePorts, 'sleep'>,
  ms: number,
  working: Promise<Result>,
  late: () => Error,
): Promise<Result> {
  const finished = new AbortController();
  const timeUp = sleep(Math.max(0, ms), finished.signal).then((): never => {
    throw late();
  });
  try {
    return await Promise.race([working, timeUp]);
  } finally {
    // Whichever lost the race ends later.
    for (const loser of [working, timeUp]) loser.catch(() => {});
    finished.abort();
  }
}

import type { RemediatePorts } from './ports.ts';

/** What `working` comes to, or `late`'s error when it takes longer than this; then it ends with nobody waiting for it. */
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

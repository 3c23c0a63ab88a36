import type { RemediatePorts } from './ports.ts';

/** Without a reason the controller makes an error with its stack, each time. */
const OVER = 'The work is over.';

/** The result of `working`, or the error `late()` when that takes longer than `ms`. The work itself is not stopped. */
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
    // The promise that lost the race may reject later, which is expected.
    for (const loser of [working, timeUp]) loser.catch(() => {});
    finished.abort(OVER);
  }
}

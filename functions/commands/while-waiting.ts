/** Shorter waits are not worth a line. */
const SILENT_MS = 1_000;
const ERASE_LINE = '\r\u001b[K';

/**
 * Shows on a terminal what takes longer than a second, and for how long. The line is erased when the work is done. Files and
 * pipes get nothing.
 */
export async function whileWaiting<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const { stderr } = process;
  if (!stderr.isTTY) return await work();
  const startedAt = Date.now();
  let isShown = false;
  const timer = setInterval(() => {
    isShown = true;
    stderr.write(`${ERASE_LINE}${what} ... ${Math.floor((Date.now() - startedAt) / 1_000)} s`);
  }, SILENT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (isShown) stderr.write(ERASE_LINE);
  }
}

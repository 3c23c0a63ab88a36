/** Milliseconds of several runs of one thing. */
export type Measured = {
  readonly name: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
};

/** A thing to be measured. */
export type Side = { readonly name: string; readonly run: () => unknown };

/**
 * Runs both sides in turn, so that what else the machine does hits both alike. The first rounds warm up and do not
 * count; low and high are the quartiles.
 */
export async function compare(
  sides: readonly Side[],
  rounds: number,
  warmUp = 3,
): Promise<readonly Measured[]> {
  const times = sides.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [index, { run }] of sides.entries()) {
      const startedAt = performance.now();
      await run();
      if (round >= 0) times[index]?.push(performance.now() - startedAt);
    }
  }
  return sides.map(({ name }, index) => {
    const sorted = (times[index] ?? []).toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return { name, median: at(0.5), low: at(0.25), high: at(0.75) };
  });
}

/** Ours first, the others as what it is compared with. */
export function table(what: string, [ours, ...others]: readonly Measured[]): string {
  if (ours === undefined) return what;
  const line = ({ name, median, low, high }: Measured) =>
    `  ${name.padEnd(44)} ${median.toFixed(2).padStart(9)} ms  (${low.toFixed(2)} to ${high.toFixed(2)})`;
  const ratios = others.map((other) => `  ${(ours.median / other.median).toFixed(2)} × ${other.name}`);
  return [what, line(ours), ...others.map(line), ...ratios, ''].join('\n');
}

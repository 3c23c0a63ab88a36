/** The CPU that this process has used up to now, in ms. A bound on it holds on a busy machine, where one on the clock does not. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

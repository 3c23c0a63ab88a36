/**
 * The CPU time that this process has used so far, in ms. A bound on it holds on a busy machine, where a bound on elapsed
 * time does not.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** How much time an invocation has taken since its beginning, in milliseconds. */
export type InvocationClock = { readonly cpuMs: () => number; readonly wallMs: () => number };

export function startClock(): InvocationClock {
  const [cpu, at] = [process.cpuUsage(), performance.now()];
  return {
    cpuMs: () => {
      const { user, system } = process.cpuUsage(cpu);
      return Math.round((user + system) / 1_000);
    },
    wallMs: () => Math.round(performance.now() - at),
  };
}

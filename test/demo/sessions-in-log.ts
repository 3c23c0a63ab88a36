/** What holds slots, read from a server's log with `log_connections` and `log_disconnections`. A look takes no slot. */
export type Filling = {
  readonly used: number;
  /** Sessions of each program, the largest first. */
  readonly programs: readonly (readonly [string, number])[];
};

/** A client without a free slot is authorized first and refused then. */
const LINE = /\[(\d+)\].*?(?:LOG: {2}(connection authorized|disconnection):.*?\buser=(\S+)|FATAL: )/;
const APPLICATION = /application_name=(\S.*?)(?: SSL |$)/;

export function sessionsInLog(log: string, isOurs: (user: string) => boolean = () => false): Filling {
  const open = new Map<string, string>();
  for (const line of log.split('\n')) {
    const [, pid, kind, user = ''] = LINE.exec(line) ?? [];
    if (pid === undefined) continue;
    if (kind !== 'connection authorized') open.delete(pid);
    else if (!isOurs(user)) open.set(pid, APPLICATION.exec(line)?.[1] ?? user);
  }
  const byName = Map.groupBy(open.values(), (name) => name);
  const programs = [...byName].map(([name, all]) => [name, all.length] as const);
  return { used: open.size, programs: programs.toSorted((a, b) => b[1] - a[1]) };
}

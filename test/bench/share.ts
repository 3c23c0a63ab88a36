import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRole } from '../support/roles.ts';
import { setColdStage, startCold } from './cold-stage.ts';
import { gone, startIdleCrowd } from './idle-crowd.ts';
import { compare, markdownTable, number } from './measure.ts';

/** Lambda gives a whole CPU with this much memory, and a share of it with less. */
const WHOLE_CPU_MB = 1_769;
const SIZES_MB = [256, 512, 1_024, WHOLE_CPU_MB];
/** The period in which Lambda counts the share. */
const PERIOD_US = 20_000;
const GROUPS = '/sys/fs/cgroup/cpu';
/** Lambda on arm64, in dollars for a GB and second. */
const GB_SECOND = 0.000_013_333_4;

const ROUNDS = 7;
const VICTIMS = 10;
const BYSTANDERS = 100;
/** The shortest idle time at which a policy may end a session is 10 s. */
const IDLE_MS = 10_500;

/**
 * What more memory brings: a cold process that has loaded, from its event to free slots, with the share of a CPU that
 * Lambda gives for its memory.
 */
export async function benchShare([rounds = ROUNDS]: readonly number[] = []): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const groups = SIZES_MB.map((mb) => cpuGroup(stack, mb));
  if (groups.some((group) => group === null))
    return 'Not measured: this takes a CPU control group of its own (Linux, version 1, root).';
  const { server, sides } = stack.use(await setColdStage());
  const side = sides.find(({ name }) => name === 'remediate, secret');
  if (side === undefined) throw new Error('There is no such side');
  const crowd = stack.use(await startIdleCrowd(server, await createRole(server, 'app')));
  const watcher = await server.connect();
  await crowd.open(BYSTANDERS, 'bystander');
  for (const mb of SIZES_MB)
    for (let round = -1; round < rounds; round += 1) await crowd.open(VICTIMS, `${mb} ${round}`);
  await sleep(IDLE_MS);
  const measured = await compare(
    SIZES_MB.map((mb, index) => ({
      name: `${number(mb)} MB`,
      run: async (round: number) => {
        const group = groups[index] ?? '';
        const within = {
          ...side,
          environment: (name: string) => ({ ...side.environment(name), COLD_CGROUP: group }),
        };
        const application = `${mb} ${round}`;
        const marks = await startCold(within, application, () => gone(watcher, application));
        return (marks.get('freed') ?? Number.NaN) - (marks.get('loaded') ?? Number.NaN);
      },
    })),
    rounds,
    1,
  );
  return markdownTable([
    ['memory', 'share of a CPU', 'event to free slots, ms', 'of that a GB-second costs, $ a million runs'],
    ...measured.map(({ name, median, low, high }, index) => {
      const mb = SIZES_MB[index] ?? Number.NaN;
      return [
        name,
        number(mb / WHOLE_CPU_MB, 2),
        `${number(median)} (${number(low)}–${number(high)})`,
        number((mb / 1_024) * (median / 1_000) * GB_SECOND * 1_000_000, 2),
      ];
    }),
  ]);
}

/** The file that moves a process into a group with this share; null where there can be no group. */
function cpuGroup(stack: AsyncDisposableStack, mb: number): string | null {
  const folder = join(GROUPS, `headroom-${process.pid}-${mb}`);
  try {
    mkdirSync(folder);
    stack.defer(() => rmdirSync(folder));
    writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(Math.round((PERIOD_US * mb) / WHOLE_CPU_MB)));
    return join(folder, 'cgroup.procs');
  } catch {
    return null;
  }
}

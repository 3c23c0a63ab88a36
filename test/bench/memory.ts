import { setTimeout as sleep } from 'node:timers/promises';
import { openIdle, openMany } from '../support/sessions.ts';
import { type CrowdedServer, startCrowdedServer } from './memory-crowd.ts';
import { type Measured, measureMemory } from './memory-run.ts';

const SIZES = [100, 1_000, 5_000];
const MAX_CONNECTIONS = 5_100;
/** Real ones, to see whether the crowd stands in for them: each takes 1 to 2 MB of this machine. */
const REAL_SESSIONS = 1_900;
const PROCESSES = 3;
/** The youngest session that the measured policy lets go is idle for 10 s. */
const IDLE_MS = 11_000;

/** What a process of `remediate` needs at most in three runs, beside the runtime alone. A number is that of real sessions. */
export async function benchMemory([realSessions = REAL_SESSIONS]: readonly number[] = []): Promise<void> {
  await using crowded = await startCrowdedServer(MAX_CONNECTIONS);
  const bare = await medianMb(() => measureMemory(crowded, 'bare'));
  console.log(`peak memory of remediate, median of ${PROCESSES} processes with three runs each`);
  console.log(line('the runtime alone', bare));
  const show = async (size: number): Promise<number> => {
    await crowded.show(size);
    const peak = await medianMb(() => measureMemory(crowded, 'handler'));
    console.log(line(`${size} sessions`, peak), `  ${ratio(peak, bare)} × the runtime alone`);
    return peak;
  };
  for (const size of SIZES) await show(size);
  const standIns = await show(realSessions);
  await crowded.show(0);
  const real = await medianMb(() => withRealSessions(crowded, realSessions));
  console.log(line(`${realSessions} real sessions`, real), `  ${ratio(real, standIns)} × as many stand-ins`);
  console.log();
}

/** The runs end some of them. */
async function withRealSessions(crowded: CrowdedServer, count: number): Promise<Measured> {
  const { server, app } = crowded;
  const sessions = await openMany(count, (index) =>
    openIdle(server, { role: app, application: `service-${index % 40}`, statement: statementOf(index) }),
  );
  await sleep(IDLE_MS);
  const measured = await measureMemory(crowded, 'handler');
  await Promise.all(sessions.map((session) => session.close()));
  return measured;
}

/** As the crowd's: no two are the same, and each fifth is long. */
function statementOf(index: number): string {
  const column = (at: number) => `${(index * at) % 97} AS column_${at}`;
  return `SELECT ${Array.from({ length: index % 5 === 0 ? 60 : 5 }, (_, at) => column(at)).join(', ')}, ${index}`;
}

async function medianMb(measure: () => Promise<Measured>): Promise<number> {
  const peaks: number[] = [];
  for (let index = 0; index < PROCESSES; index += 1) peaks.push((await measure()).peakMb);
  return peaks.toSorted((a, b) => a - b)[Math.floor(PROCESSES / 2)] ?? Number.NaN;
}

function line(what: string, mb: number): string {
  return `  ${what.padEnd(28)} ${mb.toFixed(0).padStart(5)} MB`;
}

function ratio(of: number, to: number): string {
  return (of / to).toFixed(2);
}

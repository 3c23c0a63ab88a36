import { setTimeout as sleep } from 'node:timers/promises';
import { openIdle, openMany } from '../support/sessions.ts';
import { type Compared, comparisonTable, goal, type Measured, measuredOf, number } from './measure.ts';
import { type CrowdedServer, startCrowdedServer } from './memory-crowd.ts';
import { type MeasuredMemory, measureMemory } from './memory-run.ts';

const SIZES = [100, 1_000, 5_000];
const MAX_CONNECTIONS = 5_100;
const PROCESSES = 3;
/** The shortest idle time at which the measured policy may end a session is 10 s. */
const IDLE_MS = 11_000;

/**
 * The most memory that a process of `remediate` needs in three runs, beside the runtime alone. A number is the count of
 * real sessions.
 */
export async function benchMemory([realSessions]: readonly number[] = []): Promise<string> {
  await using crowded = await startCrowdedServer(MAX_CONNECTIONS);
  const bare = await peaksMb('the runtime alone', () => measureMemory(crowded, 'bare'));
  const rows: Compared[] = [];
  for (const size of realSessions === undefined ? SIZES : [realSessions]) {
    await crowded.show(size);
    const peak = await peaksMb('remediate', () => measureMemory(crowded, 'handler'));
    rows.push({ what: `${number(size)} sessions`, measured: [peak, bare] });
  }
  if (realSessions !== undefined) {
    await crowded.show(0);
    const real = await peaksMb('remediate', () => withRealSessions(crowded, realSessions));
    rows.push({ what: `${number(realSessions)} real sessions`, measured: [real, bare] });
  }
  const most = rows.at(-1)?.measured[0]?.median ?? Number.NaN;
  return [
    comparisonTable(rows, 'MB', 0),
    '',
    goal(`at ${rows.at(-1)?.what} the process needs`, 150, [most], { unit: 'MB', digits: 0 }),
  ].join('\n');
}

/** The runs end some of them. */
async function withRealSessions(crowded: CrowdedServer, count: number): Promise<MeasuredMemory> {
  const { server, app } = crowded;
  const sessions = await openMany(count, (index) =>
    openIdle(server, { role: app, application: `service-${index % 40}`, statement: statementOf(index) }),
  );
  await sleep(IDLE_MS);
  const measured = await measureMemory(crowded, 'handler');
  await Promise.all(sessions.map((session) => session.close()));
  return measured;
}

/** The same kind as in the crowd: each differs, and every fifth is long. */
function statementOf(index: number): string {
  const column = (at: number) => `${(index * at) % 97} AS column_${at}`;
  return `SELECT ${Array.from({ length: index % 5 === 0 ? 60 : 5 }, (_, at) => column(at)).join(', ')}, ${index}`;
}

async function peaksMb(name: string, measure: () => Promise<MeasuredMemory>): Promise<Measured> {
  const peaks: number[] = [];
  for (let index = 0; index < PROCESSES; index += 1) peaks.push((await measure()).peakMb);
  return measuredOf(name, peaks);
}

import { coerceError } from '../core/errors.ts';
import type { Memory } from '../core/memory.ts';
import type { Misconfiguration } from '../core/misconfigurations.ts';
import type { RunRecord } from '../core/record.ts';
import { renderMisconfigurations } from '../render/misconfigured.ts';
import type { ReportPorts } from './ports.ts';
import { tell } from './tell.ts';
import { updateMemory } from './update-memory.ts';

/**
 * Tells each misconfiguration once, until it is gone and comes back. Memory is written before the message and again after
 * it: what cannot be marked would be told with every sweep, and what was published but not marked is told once more.
 * Without a memory that can be read and written there is no "once", and nothing but a line in the log.
 * @throws RemediationError `publish-failed`.
 */
export async function tellMisconfigurations(record: RunRecord, ports: ReportPorts): Promise<void> {
  const { misconfigurations: found, runId, server } = record;
  if (found === null) return;
  const due = await beginTelling(server, found, ports);
  if (due === null)
    for (const { check, found: what } of found)
      ports.log('misconfigured', { runId, server, check, found: what });
  const news = found.filter(({ check }) => due?.has(check));
  if (news.length === 0) return;
  await tell(renderMisconfigurations(record, news), { kind: 'misconfigured', runId }, ports);
  await endTelling(server, news, ports);
}

/** Which of them people have yet to hear of; null where that cannot be known. */
async function beginTelling(
  server: string,
  found: readonly Misconfiguration[],
  ports: ReportPorts,
): Promise<ReadonlySet<string> | null> {
  if (ports.memory === null) return null;
  try {
    const { after } = await updateMemory(ports.memory, server, (memory) => beginning(memory, found));
    return new Set(after.telling);
  } catch (thrown) {
    noteTrouble(thrown, server, ports);
    return null;
  }
}

function beginning(memory: Memory, found: readonly Misconfiguration[]): Memory {
  const checks = checksOf(found);
  const told = memory.told.filter((check) => checks.includes(check));
  const telling = checks.filter((check) => !told.includes(check));
  const isKnown = told.length === memory.told.length && telling.length + memory.telling.length === 0;
  return isKnown ? memory : { ...memory, told, telling };
}

async function endTelling(
  server: string,
  news: readonly Misconfiguration[],
  ports: ReportPorts,
): Promise<void> {
  if (ports.memory === null) return;
  const checks = checksOf(news);
  try {
    await updateMemory(ports.memory, server, (memory) => {
      const told = [...new Set([...memory.told, ...checks])];
      return { ...memory, told, telling: memory.telling.filter((check) => !checks.includes(check)) };
    });
  } catch (thrown) {
    noteTrouble(thrown, server, ports);
  }
}

function checksOf(found: readonly Misconfiguration[]): readonly string[] {
  return [...new Set(found.map(({ check }) => check))];
}

function noteTrouble(thrown: unknown, server: string, { log, count }: ReportPorts): void {
  const problem = coerceError(thrown).toProblem();
  log('memory-trouble', { server, ...problem });
  count({ kind: 'own', metrics: [{ name: 'memoryUnreadable', unit: 'Count', value: 1 }] });
}

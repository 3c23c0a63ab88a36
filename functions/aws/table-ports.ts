import type { ReportPorts } from '../report/report-ports.ts';
import { countsIn } from './counts-table.ts';
import { memoryIn } from './memory-table.ts';

/** What a report keeps in the table; nothing without one. */
export function tablePorts(table: string | null): Required<Pick<ReportPorts, 'memory' | 'counts'>> {
  return table === null
    ? { memory: null, counts: null }
    : { memory: memoryIn(table), counts: countsIn(table) };
}

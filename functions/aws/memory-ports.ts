import type { WarningSettings } from '../core/warning/warning-settings.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import { recallFrom } from './recall.ts';
import { wouldWarn } from './would-warn.ts';

/** What a run asks of the memory table: the pause of its server, and whether a count would be news. */
export function memoryPorts(
  server: string,
  table: string | null,
  warnings: WarningSettings | null,
): Required<Pick<RemediatePorts, 'recall' | 'wouldWarn'>> {
  return { recall: recallFrom(server, table), wouldWarn: wouldWarn(server, table, warnings) };
}

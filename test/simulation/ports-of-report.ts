import { RemediationError } from '../../functions/core/base/errors.ts';
import type { FleetReportPorts } from '../../functions/fleet/report-parcel.ts';
import type { MemoryStore, Publish, ReportPorts } from '../../functions/report/report-ports.ts';
import { workHere } from '../support/report-work.ts';
import type { Told } from './journal.ts';
import type { Alive } from './simulated-lambda.ts';
import type { Stage } from './stage.ts';

/** What `report` sees of a simulated cell. It keeps no record, because a page costs more than all the rest. */
export function portsOfReport(stage: Stage, runId: string, alive: Alive): FleetReportPorts {
  const { time, tables, weather, product, journal } = stage;
  const now = () => time.now() + weather.skewMs('report');
  const write: MemoryStore['write'] = async (key, next) => {
    try {
      return await tables.writeMemory(key, next);
    } finally {
      // Whether or not the answer was lost.
      if (tables.memory.get(key)?.fleet?.lastRunId === runId) journal.noted.add(runId);
    }
  };
  const memory: MemoryStore = alive({ read: tables.readMemory, write }, 'memory');
  return {
    readItems: tables.readItems,
    memory,
    report: (destination, { key }) =>
      product.report(
        destination,
        toldPorts(stage, memory, { key, isOfCrash: destination.kind === 'failed-run' }, now, alive),
      ),
    now,
    log: () => {},
  };
}

function toldPorts(
  { time, journal, weather }: Stage,
  memory: MemoryStore,
  about: Pick<Told, 'key' | 'isOfCrash'>,
  now: () => number,
  alive: Alive,
): ReportPorts {
  const people: Publish = async (_message, { id, kind }) => {
    const isTaken = !weather.isAway('topic', time.now());
    journal.told.push({ id, ...about, at: time.now(), kind, isTaken });
    if (!isTaken) throw new RemediationError('publish-failed', 'The topic is away.');
    return undefined;
  };
  return {
    work: (result) => workHere(result),
    keep: null,
    count: () => {},
    memory,
    publish: { ...alive({ people }, 'publish'), chat: null },
    now,
    sleep: time.sleep,
    log: () => {},
  };
}

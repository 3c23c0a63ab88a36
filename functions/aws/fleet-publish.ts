import type { SummaryPorts } from '../fleet/summarise-cell.ts';
import type { ReportPorts } from '../report/report-ports.ts';
import { publishTo } from './topics.ts';

/** Where the messages of a cell go. */
export type FleetChannels = {
  readonly topic: string;
  readonly chat: string | null;
  /** The organisation's event bus. */
  readonly bus: string | null;
};

/** Publishes messages of a cell to its topics and, where there is one, to the organisation's bus. */
export function fleetPublish({
  topic,
  chat,
  bus,
}: FleetChannels): Pick<ReportPorts['publish'], 'people' | 'chat'> {
  const to = publishTo(topic, chat);
  return {
    ...to,
    people: async (message) => {
      await to.people(message);
      if (bus === null) return undefined;
      // Loaded on demand, because most cells have no bus.
      const { sendToBus } = await import('./event-bus.ts');
      await sendToBus(bus, message);
      return undefined;
    },
  };
}

/** Sends a summary of the cell to the bus, whose client is loaded on demand. */
export function sendSummary(bus: string): NonNullable<SummaryPorts['send']> {
  return async (summary) => {
    const { sendSummaryTo } = await import('./event-bus.ts');
    await sendSummaryTo(bus, summary);
  };
}

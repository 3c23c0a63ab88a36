import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { renderCellNews } from '../render/message/cell-news-message.ts';
import { publishMessage, topicsOf } from '../report/publish.ts';
import { report } from '../report/report.ts';
import type { ReportPorts } from '../report/report-ports.ts';
import type { FleetReportEvent } from './parse-fleet-delivery.ts';
import { type FleetReportPorts, reportParcel } from './report-parcel.ts';
import { type SummaryPorts, summariseCell } from './summarise-cell.ts';

/** What the `report` of a cell needs from outside: that of a single server, bound to a database or to none. */
export type FleetReporting = Omit<FleetReportPorts, 'report'> &
  SummaryPorts & {
    readonly portsFor: (database: RegisteredDatabase | null) => ReportPorts;
  };

/** @throws RemediationError where Lambda has to deliver again. */
export async function reportFleet(event: FleetReportEvent, ports: FleetReporting): Promise<void> {
  switch (event.kind) {
    case 'run':
      return reportParcel(event.delivery, {
        ...ports,
        report: (destination, database) => report(destination, ports.portsFor(database)),
      });
    case 'news': {
      const { id, news } = event.news;
      const to = ports.portsFor(null);
      const identity = { id, kind: 'run', incident: null } as const;
      const due = { identity, topics: topicsOf(to), mark: async () => {} };
      return publishMessage(renderCellNews(event.news), due, { kind: news.kind }, to);
    }
    case 'summary':
      return summariseCell(event.week, ports);
    case 'other':
      return report(event.destination, { ...ports.portsFor(null), memory: null });
    default: {
      const never: never = event;
      return never;
    }
  }
}

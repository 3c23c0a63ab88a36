import { CODE_VERSION } from '../core/base/code-version.ts';
import { fleetDigest, type HeardCell } from '../core/fleet/fleet-digest.ts';
import { renderFleetDigest } from '../render/message/fleet-digest-message.ts';
import { publishMessage, topicsOf } from '../report/publish.ts';
import type { ReportPorts } from '../report/report-ports.ts';

export type DigestPorts = Pick<ReportPorts, 'publish' | 'log' | 'now'> & {
  /** Every cell that is known. Rejects with `registry-unreadable`. */
  readonly readAll: () => Promise<readonly HeardCell[]>;
};

/**
 * Makes one message of what all cells said. `at` is the moment of the schedule, and part of the message's id: a repetition has
 * the same id.
 * @throws RemediationError where Lambda has to deliver again.
 */
export async function tellDigest(at: string, ports: DigestPorts): Promise<void> {
  const digest = fleetDigest(await ports.readAll(), ports.now());
  const id = `digest-${at}`;
  const due = {
    identity: { id, kind: 'digest', incident: null },
    topics: topicsOf(ports),
    mark: async () => {},
  } as const;
  await publishMessage(renderFleetDigest(digest, id, CODE_VERSION), due, { week: digest.week }, ports);
}

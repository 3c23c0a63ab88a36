import { InvalidArgumentError } from 'commander';
import { RemediationError } from '../../core/base/errors.ts';
import { peakOf, type SeenUse, seenIn } from '../../core/budget/seen-use.ts';
import { lacksSessions } from '../../core/diagnosis/explain.ts';
import { isBlind } from '../../core/server/visibility.ts';
import { lookingPace } from '../../postgres/connection/pace.ts';
import { readRecord } from '../read-record.ts';
import { findServer } from '../server/find-server.ts';
import { withServer } from '../server/with-server.ts';
import { printNote } from '../terminal.ts';

export type SeenFrom = {
  readonly server?: string;
  readonly url?: string;
  readonly declaration?: string;
  readonly record?: readonly string[];
  readonly region?: string;
};

/** What was seen of servers: now, or in kept records. One entry for each server, with its peaks. */
export async function seenUses(from: SeenFrom): Promise<readonly SeenUse[]> {
  const { server, url, record: records = [] } = from;
  const isLive = server !== undefined || url !== undefined;
  if (isLive && records.length > 0)
    throw new InvalidArgumentError('Give a server or records, not both: records have slots and limits too.');
  if (isLive) return [await liveUse(from)];
  const seen: SeenUse[] = [];
  for (const address of records) {
    const { snapshot, server: name, reduced } = await readRecord(address, from.region);
    // A run that saw nothing, and a record without its sessions, tell nothing about use.
    if (snapshot === null || lacksSessions(reduced)) printNote(`${address} has no sessions and is left out.`);
    else seen.push(seenIn(name, snapshot, 'record'));
  }
  return [...Map.groupBy(seen, (each) => each.server).values()].flatMap((those) => peakOf(those) ?? []);
}

async function liveUse(from: SeenFrom): Promise<SeenUse> {
  const server = await findServer(from);
  const snapshot = await withServer(server, (database) => database.readSnapshot(), lookingPace());
  const blindness = isBlind(snapshot);
  if (blindness !== null) throw new RemediationError(blindness.code, blindness.message);
  return seenIn(server.declared?.declaration.name ?? server.name, snapshot, 'server');
}

import type { KnownServer } from '../fleet/known-databases.ts';
import { type ResolvedRun, recallOf } from '../fleet/resolve-run.ts';
import { targetOfRun } from '../fleet/target-of-run.ts';
import { keepYoungSpaceSmall } from '../lambda/small-young-space.ts';
import { serverPorts } from '../postgres/server-ports.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import { credentialsOf } from './credentials.ts';

/**
 * The ports of a run with the server that the registry names: it logs in by IAM as the role of the run, and knows what earlier
 * runs of this database found. `memoryTable` is where its memory was read from, `authorities` are the files to trust.
 */
export function fleetServerPorts(
  knownOf: (key: string) => KnownServer,
  memoryTable: string,
  authorities: readonly string[],
  log: RemediatePorts['log'],
): (run: ResolvedRun) => RemediatePorts {
  return (run) => {
    const target = targetOfRun(run.database, authorities);
    const recall = async () => recallOf(run, memoryTable, Date.now());
    const more = { ...knownOf(run.database.key), recall, onHandshake: keepYoungSpaceSmall };
    return serverPorts(target, credentialsOf({ user: run.role }, target), log, more);
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLES, RDS_ROOTS_FOLDER, RUNTIME_CA_FILE } from '../../functions/contract.ts';
import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import { rdsHost } from '../../functions/core/declaration/rds-host.ts';
import { builtBundle } from './bundled-function.ts';
import type { ServerFields } from './remediate-environment.ts';

/**
 * A server of RDS in a region of which the bundle has no roots. Its certificate would be refused by the first run, which may
 * be the first incident.
 */
export function authorityProblems({ host, tls, caFile, bundle }: ServerFields): readonly Finding[] {
  if (tls === 'off' || caFile !== undefined || typeof host !== 'string') return [];
  const region = rdsHost(host)?.region ?? null;
  const folder = typeof bundle === 'string' ? bundle : builtBundle(BUNDLES.remediate);
  const roots = join(folder, RDS_ROOTS_FOLDER);
  // A bundle without the folder is not ours.
  if (region === null || !existsSync(roots) || existsSync(join(roots, `${region}.pem`))) return [];
  const allowed = `a file with the RDS roots of ${region}, which this package does not have: put AWS's certificate bundle of that region into the folder certificates and build again, or name ${RUNTIME_CA_FILE}, the file of the Lambda runtime, if it has them there`;
  return [{ path: 'caFile', found: quoted(caFile), allowed }];
}

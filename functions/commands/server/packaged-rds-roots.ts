import { access, constants } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BUNDLES, RDS_ROOTS_FOLDER } from '../../contract.ts';
import { isBuilt } from '../../core/base/code-version.ts';
import { rdsHost } from '../../core/declaration/rds-host.ts';

/** The built command is in dist/cli, this source in functions/commands/server. */
const ROOT = new URL(isBuilt ? '../../' : '../../../', import.meta.url);

/** The authorities of RDS in the region of this host, as the package has them. Null for every other host. */
export async function packagedRdsRoots(host: string): Promise<string | null> {
  const region = rdsHost(host)?.region ?? null;
  if (region === null) return null;
  const file = fileURLToPath(new URL(`${BUNDLES.remediate}/${RDS_ROOTS_FOLDER}/${region}.pem`, ROOT));
  return access(file, constants.R_OK).then(
    () => file,
    () => null,
  );
}

import { RDS_ROOTS_FOLDER, RUNTIME_CA_FILE } from '../contract.ts';

/** What can be known about where to look; `bundle` is the folder of the running code. */
type Known = {
  readonly configured: string | undefined;
  readonly region: string | undefined;
  readonly bundle: string;
};

/**
 * The files with the authorities to trust, best first. What was configured is the only one. Of the RDS roots only one
 * region's are read: all of them cost 17 ms.
 */
export function authorityFiles({ configured, region, bundle }: Known): readonly string[] {
  if (configured !== undefined) return [configured];
  const regional = region === undefined ? [] : [`${bundle}/${RDS_ROOTS_FOLDER}/${region}.pem`];
  return [...regional, RUNTIME_CA_FILE];
}

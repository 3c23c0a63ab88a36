import { RDS_ROOTS_FOLDER, RUNTIME_CA_FILE } from '../contract.ts';

/** What decides where the authorities are. `bundle` is the folder of the running code. */
type Known = {
  readonly configured: string | undefined;
  readonly region: string | undefined;
  readonly bundle: string;
};

/**
 * The files with the authorities to trust, best first. A configured file is the only one. Of the RDS roots only those of
 * one region are read, because reading all of them takes 17 ms.
 */
export function authorityFiles({ configured, region, bundle }: Known): readonly string[] {
  if (configured !== undefined) return [configured];
  const regional = region === undefined ? [] : [`${bundle}/${RDS_ROOTS_FOLDER}/${region}.pem`];
  return [...regional, RUNTIME_CA_FILE];
}

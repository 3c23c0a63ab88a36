/** The VPC and the resource id of a database: `db-…`, which AWS gives once and never again. A cluster without instances has
 * `cluster-…`. */
export type DatabasePlace = { readonly vpc: string; readonly resource: string };

/**
 * The key of a database in every table of a cell: `vpc-0abc#db-XYZ`. The VPC comes first, so that
 * `dynamodb:LeadingKeys` can confine a function to the databases of its VPC.
 */
export function databaseKey({ vpc, resource }: DatabasePlace): string {
  return `${vpc}#${resource}`;
}

const KEY = /^(?<vpc>vpc-[0-9a-f]{1,32})#(?<resource>(?:db|cluster)-[A-Z0-9]{1,64})$/;

/** Null for any other text: what stands in a table or an event may have been written by others. */
export function parseDatabaseKey(text: unknown): DatabasePlace | null {
  const { vpc, resource } = (typeof text === 'string' && KEY.exec(text)?.groups) || {};
  return vpc === undefined || resource === undefined ? null : { vpc, resource };
}

const PRIME = 0x01_00_01_93;
const START = 0x81_1c_9d_c5;

/**
 * Where a text falls between 0 and 1, without 1: the same in every process and version (FNV-1a of 32 bits, with a last
 * mix, because resource ids differ little).
 */
export function shareOf(text: string): number {
  let hash = START;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

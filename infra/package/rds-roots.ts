import { X509Certificate } from 'node:crypto';

/**
 * Such as `CN=Amazon RDS eu-west-1 Root CA RSA2048 G1`. Preview and beta certificates have two words in place of the
 * region.
 */
const REGION = /^CN=Amazon RDS ([a-z]+(?:-[a-z]+)+-\d+) Root CA /m;

/** The roots that are valid at a moment, as one PEM text for each region. Each root is there once. */
export function rdsRoots(certificates: readonly string[], at: Date): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (const pem of new Set(certificates.map((each) => each.trim()))) {
    const { subject, issuer, validToDate } = new X509Certificate(pem);
    const region = REGION.exec(subject)?.[1];
    if (region === undefined || subject !== issuer || validToDate <= at) continue;
    roots.set(region, `${roots.get(region) ?? ''}${pem}\n`);
  }
  return roots;
}

import { certificatesIn } from './certificates-beside.ts';
import { rdsRoots } from './rds-roots.ts';

/**
 * AWS's own bundles, which it keeps current, by partition. Those of other partitions are in the RDS User Guide of the
 * partition. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
 */
const BUNDLES_OF_AWS = {
  aws: 'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem',
  'aws-us-gov': 'https://truststore.pki.us-gov-west-1.rds.amazonaws.com/global/global-bundle.pem',
} as const;

/** A bundle that was fetched, or the reason why there is none. */
type FetchedBundle = {
  readonly partition: string;
  readonly pem: string | null;
  readonly regions: number;
  readonly problem: string;
};

/** Fetches the bundles. An answer without an RDS root that is valid at this time is no bundle, whatever its status. */
export async function fetchCertificates(get: typeof fetch, at: Date): Promise<readonly FetchedBundle[]> {
  return await Promise.all(
    Object.entries(BUNDLES_OF_AWS).map(async ([partition, url]): Promise<FetchedBundle> => {
      try {
        const response = await get(url, { signal: AbortSignal.timeout(60_000) });
        const pem = response.ok ? await response.text() : '';
        const regions = rdsRoots(certificatesIn(pem), at).size;
        if (regions > 0) return { partition, pem, regions, problem: '' };
        const problem = `${url} answered ${response.status} without an RDS root that is valid.`;
        return { partition, pem: null, regions, problem };
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        return { partition, pem: null, regions: 0, problem: `${url} cannot be read (${why}).` };
      }
    }),
  );
}

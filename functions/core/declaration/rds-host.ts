import { REGION_FORM } from '../base/region-form.ts';

/** The domains of AWS's partitions, as its SDK has them. A test compares the two lists. */
const DOMAINS = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'c2s.ic.gov',
  'sc2s.sgov.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
] as const;

/** China has the region behind `rds`, and the other partitions mostly have it before. */
const RDS_HOST = new RegExp(
  `\\.(?:(?<before>${REGION_FORM})\\.)?rds\\.(?:(?<behind>${REGION_FORM})\\.)?(?:${DOMAINS.join('|').replaceAll('.', '\\.')})\\.?$`,
  'i',
);

type RdsHost = {
  /** The name of the instance, which is its dimension in CloudWatch. */
  readonly instance: string;
  readonly region: string | null;
};

/** Whether RDS gave this host its name, and what is in the name. */
export function rdsHost(host: string): RdsHost | null {
  const names = RDS_HOST.exec(host)?.groups;
  if (names === undefined) return null;
  const region = names.before ?? names.behind ?? null;
  const [instance = ''] = host.toLowerCase().split('.');
  return { instance, region: region?.toLowerCase() ?? null };
}

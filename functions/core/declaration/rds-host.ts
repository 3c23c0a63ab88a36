import { REGION_FORM } from './region-form.ts';

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

/** Whether RDS gave this host its name, and the region that is in the name. */
export function rdsHost(host: string): { readonly region: string | null } | null {
  const names = RDS_HOST.exec(host)?.groups;
  return names === undefined
    ? null
    : { region: (names.before ?? names.behind ?? null)?.toLowerCase() ?? null };
}

import { OPT_IN_TAG } from '../../contract.ts';
import { modeOfTag, type ResourceTag, readTags } from './database-tags.ts';
import type { RegisteredDatabase } from './registry-item.ts';

/** A resource whose tags IAM may look at, and all its tags. */
export type TaggedResource = { readonly arn: string; readonly tags: readonly ResourceTag[] };

/** What decides at a login comes first. A member logs in by its cluster's id; IAM may look at its own tags too. */
export function resourcesOf({
  arn,
  cluster,
}: Pick<RegisteredDatabase, 'arn' | 'cluster'>): readonly string[] {
  return cluster === null ? [arn] : [cluster.arn, arn];
}

/** Whether a login has to get in: the resource that decides says observe or enforce. */
export function letsIn([first]: readonly TaggedResource[]): boolean {
  return first !== undefined && modeOfTag(readTags(first.tags, '').tag) !== 'off';
}

/** The resources with our tag, whatever it says. IAM compares its name without case. */
export function optInHolders(resources: readonly TaggedResource[]): readonly OptInHolder[] {
  return resources.flatMap(({ arn, tags }) =>
    tags.filter(({ key }) => key.toLowerCase() === OPT_IN_TAG).map(({ key, value }) => ({ arn, key, value })),
  );
}

/** Those whose tag is away. One with another value is there: a person may have chosen it. */
export function lostBy(
  holders: readonly OptInHolder[],
  resources: readonly TaggedResource[],
): readonly OptInHolder[] {
  const now = optInHolders(resources);
  return holders.filter(({ arn, key }) => !now.some((each) => each.arn === arn && each.key === key));
}

/** The tag of a resource by which it opts in. */
export type OptInHolder = ResourceTag & { readonly arn: string };

import { OPT_IN_TAG, POLICY_TAG } from '../../contract.ts';
import { MODES, type Mode } from '../policy/mode.ts';

/** What the opt-in tag says. `unknown` is a value that we do not know: it means off, and people are told. */
export const TAG_WORDS = [...MODES, 'unknown', 'absent'] as const;
export type TagWord = (typeof TAG_WORDS)[number];

/** One tag as the API of RDS shows it. */
export type ResourceTag = { readonly key: string; readonly value: string };

/** What the tags of one resource say. */
export type DatabaseTags = {
  readonly tag: TagWord;
  /** The name of the policy; null where none is named. */
  readonly policy: string | null;
  /** The value of the tag that names an owner, such as `team`. */
  readonly owner: string | null;
};

/** The form of a policy's name: it stands in the key of an item and of an object. */
const POLICY_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/**
 * The value has to be one of our words exactly: IAM compares it in the same way, and a run must not expect what IAM
 * refuses.
 */
export function readTags(tags: readonly ResourceTag[], ownerTag: string): DatabaseTags {
  const read = (key: string) => tags.find((tag) => tag.key === key)?.value ?? null;
  const [written, policy] = [read(OPT_IN_TAG), read(POLICY_TAG)];
  return {
    tag: written === null ? 'absent' : (MODES.find((mode) => mode === written) ?? 'unknown'),
    policy,
    owner: read(ownerTag),
  };
}

export function isPolicyName(text: string): boolean {
  return POLICY_NAME.test(text);
}

/** The mode that a tag allows. A resource without the tag takes part in nothing. */
export function modeOfTag(tag: TagWord): Mode {
  return tag === 'unknown' || tag === 'absent' ? 'off' : tag;
}

/** A member's tags beside those of its cluster: the cluster's decide, and the member's can only lower the mode. */
export function tagsOfMember(cluster: DatabaseTags, member: DatabaseTags): DatabaseTags {
  const isLower = member.tag !== 'absent' && MODES.indexOf(modeOfTag(member.tag)) < rankOf(cluster.tag);
  return {
    tag: isLower ? member.tag : cluster.tag,
    policy: cluster.policy,
    owner: cluster.owner ?? member.owner,
  };
}

function rankOf(tag: TagWord): number {
  return MODES.indexOf(modeOfTag(tag));
}

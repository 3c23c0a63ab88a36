import type { CellSummary } from '../../core/fleet/cell-summary.ts';

/** What databases have that keeps them from a step, after `3 databases`. */
export const GAP_WORDS: Readonly<Record<CellSummary['gaps'][number]['problem'], string>> = {
  untagged: 'without a tag',
  'tag-off': 'tagged off',
  'tag-unknown': 'with an unknown tag value (known are off, observe, enforce)',
  'no-network': 'in a VPC without a fleet-network',
  'no-tables': "with runs that do not reach the cell's tables",
  'iam-off': 'without IAM authentication',
  'iam-too-small': 'that may be too small for IAM authentication',
  'not-admitted': 'behind security groups that let no run in',
  'role-missing': 'where our roles cannot log in',
  'run-fails': 'with runs that fail',
  'log-not-exported': 'without an exported log: only sweeps find them full',
  'no-free-trigger': 'without a free log trigger: only sweeps find them full',
  'no-reserve': 'without a slot reserved for our roles',
  'switched-off': 'switched off',
  unproven: 'in cells where no test database has proven the logins by the tag',
  'policy-problem': 'kept from enforcing by a policy',
  'tag-observe': 'tagged observe',
  quarantine: 'in the first day, which observes unless it is accepted',
  paused: 'paused',
  'held-down': 'held down by a switch, or because an API does not answer',
  other: 'kept back by something that this digest does not know: deploy a newer one',
};

/** What holds databases at observe. */
export const HELD_WORDS: Readonly<Record<CellSummary['held'][number]['source'], string>> = {
  standing: 'their standing',
  tag: 'their tags',
  organisation: "the organisation's switch",
  cell: 'switches of cells',
  proof: 'cells without a proof of their logins',
  policy: 'policies',
  quarantine: 'the first day',
  sight: 'an API that does not answer',
  pause: 'pauses',
  other: 'something that this digest does not know',
};

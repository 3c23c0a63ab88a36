import { jsonIn } from '../base/json-in.ts';
import { memoize } from '../base/memoize.ts';
import { fieldAt } from '../policy/field-at.ts';
import type { Mode } from '../policy/mode.ts';
import { readPolicyText } from '../policy/parse-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { PolicyCopy } from './cell-items.ts';
import { DEFAULT_POLICY } from './run-event.ts';

/** The rules of a database, with what its mode depends on. */
export type FleetPolicy = {
  readonly name: string;
  readonly policy: Policy;
  /** SHA-256 of the copy's text; null for the rules that are built in. */
  readonly hash: string | null;
  /** The mode that the text names; null where it names none, and the tag decides. */
  readonly mode: Mode | null;
  /** Why it may only observe; null for a policy that is there and parses. */
  readonly problem: string | null;
};

/** The rules that are built in. They name no mode. */
function builtIn(name: string, problem: string | null): FleetPolicy {
  return { name, policy: DEFAULTS, hash: null, mode: null, problem };
}

const DEFAULTS = defaults();
/** More than a cell has policies. */
const MOST_TEXTS = 200;

function defaults(): Policy {
  const read = readPolicyText('{}');
  if ('findings' in read) throw new Error('The defaults of a policy are one.');
  return read.policy;
}

/** Rules from a text, with the mode that it names. All databases of a cell share few texts. */
const rulesIn = memoize((text) => {
  const read = readPolicyText(text);
  if ('findings' in read) return null;
  const { policy } = read;
  return { policy, mode: fieldAt(jsonIn(text), 'mode') === undefined ? null : policy.mode };
}, MOST_TEXTS);

/**
 * The policy of a database. A name without a copy, and a copy that does not parse, let it observe by the last rules that
 * did. Without a name it is `default`, if there is one, else the rules that are built in.
 */
export function policyInForce(named: string | null, copy: PolicyCopy | null): FleetPolicy {
  const name = named ?? DEFAULT_POLICY;
  if (copy === null) return builtIn(name, named === null ? null : 'the cell has no policy of this name');
  if (copy.text === null) return builtIn(name, copy.problem ?? 'the cell has no text of it that can be read');
  const rules = rulesIn(copy.text);
  if (rules === null) return builtIn(name, 'this version does not understand it');
  return { name, ...rules, hash: copy.hash, problem: copy.problem };
}

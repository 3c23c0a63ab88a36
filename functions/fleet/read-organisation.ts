import { coerceError } from '../core/base/errors.ts';
import {
  CELL_KEYS,
  type FleetSwitch,
  type PolicyCopy,
  parseSwitch,
  policyItemKey,
  switchText,
} from '../core/fleet/cell-items.ts';
import { isPolicyName } from '../core/fleet/database-tags.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { DEFAULT_POLICY } from '../core/fleet/run-event.ts';
import { readPolicyText } from '../core/policy/parse-policy.ts';
import { policyHash } from '../remediate/policy-hash.ts';
import type { Cell } from './cell-of.ts';
import type { DispatchPorts, HubAnswer } from './dispatch-ports.ts';

/** What holds of the organisation in this period. */
export type Organisation = {
  readonly policies: ReadonlyMap<string, PolicyCopy>;
  readonly organisation: FleetSwitch | null;
  readonly switchTag: string | null;
  /** Why `switch.json` cannot be read; null when it can, or is not there. */
  readonly switchProblem: string | null;
  /** Why the bucket does not answer. Then the last copies hold. */
  readonly problem: string | null;
};

const SWITCH = 'switch.json';

type HubPorts = DispatchPorts & { readonly readHub: NonNullable<DispatchPorts['readHub']> };

/** Copies what changed in the organisation's bucket: its switch, and the policies that databases name. */
export async function readOrganisation(
  cell: Cell,
  databases: readonly RegisteredDatabase[],
  ports: DispatchPorts,
): Promise<Organisation> {
  const { readHub } = ports;
  const held = { policies: cell.policies, organisation: cell.organisation, switchTag: cell.state.switchTag };
  const known = { ...held, switchProblem: cell.state.switchProblem, problem: null };
  if (readHub === null) return known;
  const policies = new Map(cell.policies);
  let found: Organisation = { ...known, policies };
  try {
    found = { ...found, ...(await readSwitch(cell, { ...ports, readHub })) };
    for (const name of policyNamesOf(databases)) {
      const copy = await copyPolicy(name, policies.get(name) ?? null, { ...ports, readHub });
      if (copy !== null) policies.set(name, copy);
    }
    return found;
  } catch (thrown) {
    const { code, message } = coerceError(thrown);
    ports.log('hub-away', { code, message });
    return { ...found, problem: message };
  }
}

/** A database without the tag needs no policy. */
function policyNamesOf(databases: readonly RegisteredDatabase[]): ReadonlySet<string> {
  const named = databases
    .filter(({ standing }) => standing === 'runs')
    .map(({ policy }) => policy ?? DEFAULT_POLICY);
  return new Set(named.filter(isPolicyName));
}

type ReadSwitch = Pick<Organisation, 'organisation' | 'switchTag' | 'switchProblem'>;

async function readSwitch({ state }: Cell, ports: HubPorts): Promise<Partial<ReadSwitch>> {
  const answer = await ports.readHub(SWITCH, state.switchTag);
  if (answer.kind === 'same' || (answer.kind === 'missing' && state.switchTag === null)) return {};
  const read = switchIn(answer, ports.now());
  const text = answer.kind === 'missing' ? null : read.text;
  await ports.writeCell({ key: CELL_KEYS.switch, attribute: 'organisation', text });
  const { organisation, switchProblem } = read;
  return { organisation, switchProblem, switchTag: answer.kind === 'text' ? answer.etag : null };
}

/** A switch that cannot be read lets nothing end, because a person wanted to change something. */
function switchIn(answer: HubAnswer, now: number) {
  const written = answer.kind === 'text' ? answer.text : undefined;
  const read = parseSwitch(written, Number.NEGATIVE_INFINITY);
  const text = read === null ? null : switchText(read);
  return {
    text,
    organisation: parseSwitch(text ?? undefined, now),
    switchProblem: read?.problem ?? null,
  };
}

/** The new copy of a policy; null when nothing has changed. */
async function copyPolicy(
  name: string,
  before: PolicyCopy | null,
  ports: HubPorts,
): Promise<PolicyCopy | null> {
  const answer = await ports.readHub(`policies/${name}.json`, before?.etag ?? null);
  const copy = copyIn(name, before, answer, ports.now());
  if (copy === null) return null;
  await ports.writeCell({ key: policyItemKey(name), attribute: 'item', text: JSON.stringify(copy) });
  return copy;
}

const MISSING = 'the bucket has no policy of this name';

/** The last text that parsed stays as the rules by which databases observe. */
function copyIn(name: string, before: PolicyCopy | null, answer: HubAnswer, now: number): PolicyCopy | null {
  const copiedAt = new Date(now).toISOString();
  const last = { name, text: before?.text ?? null, hash: before?.hash ?? null, copiedAt };
  switch (answer.kind) {
    case 'same':
      return null;
    case 'missing': {
      // Databases that name no policy need none, as long as there never was one for them.
      const isKnown = before === null ? name === DEFAULT_POLICY : before.etag === null;
      return isKnown ? null : { ...last, etag: null, problem: MISSING };
    }
    case 'text': {
      const { text, etag } = answer;
      const read = readPolicyText(text);
      if ('policy' in read)
        return { name, text, hash: policyHash(read.policy), etag, problem: null, copiedAt };
      const [first] = read.findings;
      const problem = `${first?.path ?? '(root)'}: expected ${first?.allowed ?? 'a policy'}`;
      return { ...last, etag, problem };
    }
    default: {
      const never: never = answer;
      return never;
    }
  }
}

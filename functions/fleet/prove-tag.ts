import type { ProofFailure } from '../core/fleet/cell-proof.ts';
import type { ResourceTag } from '../core/fleet/database-tags.ts';
import {
  letsIn,
  lostBy,
  type OptInHolder,
  optInHolders,
  resourcesOf,
  type TaggedResource,
} from '../core/fleet/opt-in-holders.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { loginVerdict, type TriedLogin } from '../core/fleet/tried-login.ts';

/** What came of a proof. One that came to no end says nothing about IAM. */
export type TagProof =
  | { readonly kind: 'proven' }
  | { readonly kind: 'failed'; readonly why: ProofFailure }
  | { readonly kind: 'no-proof'; readonly why: string };

/** What a person has to do now, or is waited for. */
export type ProofStep =
  | { readonly kind: 'take' | 'put-back'; readonly holders: readonly OptInHolder[] }
  /** IAM may not have seen the tag come, or go. */
  | { readonly kind: 'still-refused' | 'still-in' };

export type ProveTagPorts = {
  /** Rejects with `api-refused`. */
  readonly readTags: (arn: string) => Promise<readonly ResourceTag[]>;
  /** One login by the function that will log in later. Rejects with `function-unreadable`. */
  readonly tryLogin: () => Promise<TriedLogin>;
  readonly tell: (step: ProofStep) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
};

const MINUTE = 60_000;
const EVERY_MS = 5_000;
/** The longest that IAM may take to see a tag that came or went. */
const SEEN_WITHIN_MS = 10 * MINUTE;
/** The longest that a person may take. */
const DONE_WITHIN_MS = 30 * MINUTE;
/** Refusals in a row, each of them of several tries: the agent that asks IAM may fail now and then. */
const REFUSALS = 3;

type Subject = Pick<RegisteredDatabase, 'arn' | 'cluster'>;

/**
 * Proves with one database that its tag opens its login, and nothing else does: in with the tag, refused without, and in again
 * with it. The first and the last login exclude every other reason for the refusals between them: a role that is missing, a
 * network, a stop. The tags are read before and after what counts, and no tag is changed here.
 * @throws RemediationError of the ports.
 */
export async function proveTag(subject: Subject, ports: ProveTagPorts): Promise<TagProof> {
  const before = await tagsOf(subject, ports);
  if (!letsIn(before)) return noProof('its tag pg-headroom has to be observe or enforce first');
  const first = await untilIn(ports);
  if (first !== null) return first;
  const holders = optInHolders(before);
  ports.tell({ kind: 'take', holders });
  try {
    return (
      (await withoutTag(subject, ports)) ??
      (await withTagAgain(subject, holders, ports)) ?? { kind: 'proven' }
    );
  } finally {
    const lost = await tagsOf(subject, ports).then(
      (tags) => lostBy(holders, tags),
      () => holders,
    );
    if (lost.length > 0) ports.tell({ kind: 'put-back', holders: lost });
  }
}

async function withoutTag(subject: Subject, ports: ProveTagPorts): Promise<TagProof | null> {
  const isGone = (tags: readonly TaggedResource[]) => optInHolders(tags).length === 0;
  if (!(await untilTags(subject, isGone, ports)))
    return noProof('the tag was not taken away in half an hour');
  const since = ports.now();
  for (let refusals = 0, tries = 0; ; tries += 1) {
    const tried = await ports.tryLogin();
    const verdict = loginVerdict(tried);
    if (verdict === 'other') return noProof(otherReason(tried));
    // Read after the login: it was tried without the tag, or it does not count.
    if (!isGone(await tagsOf(subject, ports)))
      return noProof('the tag came back before IAM had refused three logins');
    refusals = verdict === 'refused' ? refusals + 1 : 0;
    if (refusals === REFUSALS) return null;
    if (verdict === 'in' && ports.now() - since > SEEN_WITHIN_MS)
      return { kind: 'failed', why: 'in-without-tag' };
    if (verdict === 'in' && tries === 0) ports.tell({ kind: 'still-in' });
    await ports.sleep(EVERY_MS);
  }
}

async function withTagAgain(
  subject: Subject,
  holders: readonly OptInHolder[],
  ports: ProveTagPorts,
): Promise<TagProof | null> {
  ports.tell({ kind: 'put-back', holders });
  if (!(await untilTags(subject, letsIn, ports))) return noProof('the tag was not put back in half an hour');
  const last = await untilIn(ports);
  if (last !== null || letsIn(await tagsOf(subject, ports))) return last;
  return noProof('the tag went again before the last login');
}

/** Null when a login got in. A tag may have been put there a moment ago. */
async function untilIn(ports: ProveTagPorts): Promise<TagProof | null> {
  const since = ports.now();
  for (let tries = 0; ; tries += 1) {
    const tried = await ports.tryLogin();
    const verdict = loginVerdict(tried);
    if (verdict === 'in') return null;
    if (verdict === 'other') return noProof(otherReason(tried));
    if (ports.now() - since > SEEN_WITHIN_MS) return { kind: 'failed', why: 'refused-with-tag' };
    if (tries === 0) ports.tell({ kind: 'still-refused' });
    await ports.sleep(EVERY_MS);
  }
}

async function untilTags(
  subject: Subject,
  areRight: (tags: readonly TaggedResource[]) => boolean,
  ports: ProveTagPorts,
): Promise<boolean> {
  const until = ports.now() + DONE_WITHIN_MS;
  while (!areRight(await tagsOf(subject, ports))) {
    if (ports.now() > until) return false;
    await ports.sleep(EVERY_MS);
  }
  return true;
}

function tagsOf(subject: Subject, { readTags }: ProveTagPorts): Promise<readonly TaggedResource[]> {
  return Promise.all(resourcesOf(subject).map(async (arn) => ({ arn, tags: await readTags(arn) })));
}

function noProof(why: string): TagProof {
  return { kind: 'no-proof', why };
}

function otherReason({ code, refusals }: TriedLogin): string {
  const answers = refusals
    .map(({ sqlstate, routine }) => `${sqlstate} ${routine}`.trim())
    .filter((each) => each !== '');
  const found = answers.length === 0 ? '' : ` (${answers.join(', ')})`;
  return `a login was refused by something else than IAM: ${code ?? 'without a reason'}${found}`;
}

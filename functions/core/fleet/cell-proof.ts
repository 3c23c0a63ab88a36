import * as z from 'zod/mini';
import { cleanName } from '../base/clean-text.ts';
import { jsonIn } from '../base/json-in.ts';
import { enumOf, fields, text, textOrNull } from '../base/kept-fields.ts';
import { memoize } from '../base/memoize.ts';
import type { ReadOnly } from '../base/read-only.ts';

/**
 * What people know of the logins of a cell.
 * - `tag`: a test database let our function in with its tag, refused it without, and let it in again.
 * - `ids`: the login roles name databases by their ids, so that no tag has to be looked at.
 * - `failed`: the last proof showed that logins do not go by the tag.
 */
const PROOF_KINDS = ['tag', 'ids', 'failed'] as const;

/** How a proof fails. A proof that ends for any other reason says nothing about IAM. */
export const PROOF_FAILURES = ['in-without-tag', 'refused-with-tag'] as const;
export type ProofFailure = (typeof PROOF_FAILURES)[number];

const proofSchema = fields({
  kind: enumOf(PROOF_KINDS),
  /** The IAM identity of the person, and the moment. */
  by: text.check(z.minLength(1)),
  at: text,
  /** The key of the test database; null where there was none. */
  database: z._default(textOrNull, null),
  /** How it failed. */
  why: z._default(z.catch(z.nullable(enumOf(PROOF_FAILURES)), null), null),
});
type KnownProof = ReadOnly<z.output<typeof proofSchema>>;

/** The proof of a cell. One that cannot be read, of a later version for example, is none. */
export type CellProof = KnownProof | { readonly kind: 'unreadable' };

/** No proof of ours is longer. Every run of the cell parses it. */
const MOST_LENGTH = 4_000;

/** Null where no one has written any. */
export function parseProof(written: string | undefined): CellProof | null {
  return written === undefined ? null : proofIn(written);
}

const UNREADABLE: CellProof = { kind: 'unreadable' };

const proofIn = memoize((text): CellProof => {
  const parsed = z.safeParse(proofSchema, text.length > MOST_LENGTH ? undefined : jsonIn(text));
  const at = Date.parse(parsed.data?.at ?? '');
  // A text that is a moment to JavaScript may hold more than one.
  return parsed.success && !Number.isNaN(at)
    ? { ...parsed.data, at: new Date(at).toISOString() }
    : UNREADABLE;
}, 50);

export function proofText({ kind, by, at, database, why }: KnownProof): string {
  return JSON.stringify({ kind, by, at, database, why });
}

/** The one command that ends the limit. Its test database is without its tag for some minutes. */
export function proveCommand(region: string): string {
  return `headroom preflight --fleet --region ${region} --prove TEST`;
}

/** Why nothing may be enforced in a cell; null where it is proven that logins are guarded. */
export function unprovenText(proof: CellProof | null): string | null {
  if (proof === null) return 'nothing proves that logins here go by the tag';
  switch (proof.kind) {
    case 'tag':
    case 'ids':
      return null;
    case 'failed': {
      const { at, by, why } = proof;
      const found = why === null ? '' : `: ${FAILURE_WORDS[why]}`;
      return `the proof that logins here go by the tag failed at ${at}, by ${cleanName(by, 100)}${found}`;
    }
    case 'unreadable':
      return 'the proof that logins here go by the tag cannot be read';
    default: {
      const never: never = proof;
      return never;
    }
  }
}

export const FAILURE_WORDS: Readonly<Record<ProofFailure, string>> = {
  'in-without-tag': 'the database let our function in without its tag',
  'refused-with-tag': 'the database refused our function although it had its tag',
};

import * as z from 'zod/mini';
import { count, fields, flag, list, text, textOrNull } from '../base/kept-fields.ts';
import type { ReadOnly } from '../base/read-only.ts';
import { isFailedAuthentication } from '../base/sqlstate.ts';
import { parseDatabaseKey } from './database-key.ts';

/**
 * The event of a proof: the function of a network logs in to one database as the role that may signal no session, and does
 * nothing there. Nothing but the key is believed.
 */
export type LoginTryEvent = { readonly proof: 1; readonly database: string };

/** Null for an event of any other form. */
export function parseLoginTry(event: unknown): LoginTryEvent | null {
  const { proof, database } = (event ?? {}) as Readonly<Record<string, unknown>>;
  const isOurs = proof === 1 && typeof database === 'string' && parseDatabaseKey(database) !== null;
  return isOurs ? { proof: 1, database } : null;
}

const triedSchema = fields({
  isIn: flag,
  /** The code of the problem that kept it out; null when it got in. */
  code: textOrNull,
  /** What the server answered, by SQLSTATE and routine. */
  refusals: list(fields({ sqlstate: text, routine: text, count })),
});

/** What came of a login. */
export type TriedLogin = ReadOnly<z.output<typeof triedSchema>>;

/** Null for what no function of this version answers. */
export function parseTriedLogin(answer: unknown): TriedLogin | null {
  const parsed = z.safeParse(triedSchema, answer);
  return parsed.success ? parsed.data : null;
}

/**
 * `refused` only where each answer of the server was that IAM, which it asks by PAM, refused. A role that is missing or lacks
 * rds_iam is refused as a wrong password (28P01), a rule of pg_hba.conf comes from another routine, and a server that is full,
 * shut or out of reach says nothing about IAM.
 */
export function loginVerdict({ isIn, code, refusals }: TriedLogin): 'in' | 'refused' | 'other' {
  if (isIn) return 'in';
  const isByIam = refusals.length > 0 && refusals.every(isFailedAuthentication);
  return isByIam && code === 'connect-denied' ? 'refused' : 'other';
}

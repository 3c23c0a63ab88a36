import * as z from 'zod/mini';
import type { Session } from '../../functions/core/server/session.ts';
import { sessionSchema, sessionShape } from '../../functions/core/server/session-schema.ts';

/** The server's own text, in UTC. */
export const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/;
const TIMES = ['backendStart', 'stateChange'] as const;

/** A live snapshot has all fields except those that the schema calls optional or gives a default in files. */
const ALWAYS = Object.entries(sessionShape).flatMap(([key, form]) =>
  form instanceof z.ZodMiniOptional ? [] : [key],
);

/**
 * The fields of a row that differ from core's schema, for every kind of process, and fields that core does not know.
 */
export function wrongFields(row: Session): readonly string[] {
  const { error } = z.safeParse(sessionSchema, row);
  const wrong = (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0])],
  );
  const times = TIMES.filter((key) => row[key] !== null && !TIME.test(row[key]));
  return [...new Set([...wrong, ...ALWAYS.filter((key) => !Object.hasOwn(row, key)), ...times])];
}

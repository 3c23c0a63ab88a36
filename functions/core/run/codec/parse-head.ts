import * as z from 'zod/mini';
import type { RunHead } from '../run-head.ts';
import { headSchema } from './head-schema.ts';

/**
 * The head beside a packed record. Null when there is none, as in the result of an older `remediate`, or when
 * it cannot be read.
 */
export function parseHead(input: unknown): RunHead | null {
  const parsed = z.safeParse(headSchema, input);
  return parsed.success ? parsed.data : null;
}

import * as z from 'zod/mini';
import { coerceError, type Finding, invalid, quoted, type RemediationError } from '../base/errors.ts';
import { findingsOf } from '../base/schema-findings.ts';
import type { Snapshot, SnapshotFile } from './snapshot.ts';
import { snapshotFileSchema } from './snapshot-schema.ts';

/** Looks for contradictions in any input, so that a fault in one place does not hide one in another. */
function contradictions(input: unknown): readonly Finding[] {
  const slots = fieldOf(input, 'slots');
  return [
    ...repeated(fieldOf(slots, 'roles'), 'name', 'slots.roles'),
    ...repeated(fieldOf(slots, 'databases'), 'name', 'slots.databases'),
    ...repeated(fieldOf(input, 'sessions'), 'pid', 'sessions'),
  ];
}

function fieldOf(value: unknown, key: string): unknown {
  const has = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  return has ? Reflect.get(value, key) : undefined;
}

function repeated(list: unknown, key: string, path: string): readonly Finding[] {
  const places = new Map<unknown, string>();
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown, index) => {
    const value = fieldOf(entry, key);
    const place = `${path}[${index}].${key}`;
    const before = places.get(value);
    if (before === undefined) places.set(value, place);
    if (before === undefined || value === undefined || value === null) return [];
    return [{ path: place, found: quoted(value), allowed: `one that differs from ${before}` }];
  });
}

/**
 * Makes a snapshot that the planner can trust of a file that a person may have written. @throws
 * RemediationError `snapshot-invalid` with all problems and their paths.
 */
export function parseSnapshotFile(input: unknown): Snapshot {
  const shape = z.safeParse(snapshotFileSchema, input);
  const findings = [...(shape.success ? [] : findingsOf(shape.error, input)), ...contradictions(input)];
  if (!shape.success || findings.length > 0) throw notASnapshot(findings);
  const { takenAt, server, slots, sessions, locks, refusals, pooler } = shape.data;
  return { takenAt, server: { ...server, readsAllStats: true }, slots, sessions, locks, refusals, pooler };
}

/**
 * @throws RemediationError `snapshot-invalid` when the text is no JSON, or for the reasons of
 * `parseSnapshotFile`.
 */
export function parseSnapshotText(text: string): Snapshot {
  try {
    return parseSnapshotFile(JSON.parse(text));
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error.code !== 'unexpected') throw error;
    // The text is no JSON, or is nested too deeply to be quoted.
    throw notASnapshot([{ path: '(root)', found: error.message, allowed: 'one JSON object' }]);
  }
}

function notASnapshot(findings: readonly Finding[]): RemediationError {
  return invalid('snapshot-invalid', 'The snapshot', findings);
}

/** The snapshot as a file has it. Every field is written, so that a reader sees what is known. */
export function toSnapshotFile(snapshot: Snapshot): SnapshotFile {
  const { takenAt, server, slots, sessions, locks, refusals, pooler } = snapshot;
  const { readsAllStats, ...said } = server;
  return { takenAt, server: said, slots, sessions, locks, refusals, pooler };
}

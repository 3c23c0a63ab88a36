import * as z from 'zod/mini';
import { type Finding, quoted } from '../base/errors.ts';
import type { IdleState } from '../server/session.ts';
import { fieldAt } from './field-at.ts';
import { ageMs, MIN_AGE_MS } from './policy-age.ts';
import { MOST_RUNGS, ruleFields } from './policy-schema.ts';
import { SELECTION_KEYS } from './selection.ts';

/** What a line asks for, read once. Null and absent are told apart: an absent condition takes all sessions. */
type Line = {
  readonly state: IdleState | null;
  readonly minAgeMs: number | null;
  readonly minAge: string;
  /** 0 where any connection will do, and null where the text is no age. */
  readonly connectionAgeMs: number | null;
  readonly lists: readonly (ReadonlySet<unknown> | null)[];
};

/** Lines of a ladder or of `reap` that are too young, or that can add no session. */
export function uselessLines(
  written: readonly unknown[],
  pathOf: (index: number) => string,
): readonly Finding[] {
  const lines = written.slice(0, MOST_RUNGS).map(toLine);
  return lines.flatMap((_, index) => {
    const path = `${pathOf(index)}.minAge`;
    const minAge = fieldAt(written[index], 'minAge');
    const earlier = coveringLine(lines, index);
    const young = tooYoung(path, minAge);
    if (earlier === null) return young;
    const allowed = `an age below the ${earlier.minAge} of an earlier rung of state "${earlier.state}". Otherwise this rung adds no session`;
    return [...young, { path, found: quoted(minAge), allowed }];
  });
}

function toLine(written: unknown): Line {
  const minAge = ageAt(written, 'minAge');
  return {
    state: stateOf(written),
    minAge: minAge ?? '',
    minAgeMs: minAge === null ? null : ageMs(minAge),
    connectionAgeMs: connectionAgeOf(written),
    lists: LISTS.map((key) => {
      const list = fieldAt(written, key);
      if (list === undefined || (Array.isArray(list) && list.includes('*'))) return null;
      return new Set<unknown>(Array.isArray(list) ? list : []);
    }),
  };
}

function connectionAgeOf(written: unknown): number | null {
  if (fieldAt(written, 'connectionAge') === undefined) return 0;
  const age = ageAt(written, 'connectionAge');
  return age === null ? null : ageMs(age);
}

const LISTS = [...SELECTION_KEYS, 'onlyIf'] as const;

/** The earlier line with the lowest age, when it takes every session that this line would take. */
function coveringLine(lines: readonly Line[], at: number): Line | null {
  const line = lines[at];
  let lowest: Line | null = null;
  for (const other of lines.slice(0, at)) {
    if (line === undefined || other.minAgeMs === null || !isWider(other, line)) continue;
    if (lowest?.minAgeMs == null || other.minAgeMs < lowest.minAgeMs) lowest = other;
  }
  return (line?.minAgeMs ?? 0) < (lowest?.minAgeMs ?? Number.POSITIVE_INFINITY) ? null : lowest;
}

/** Whether the other line takes every session of this line that is old enough for it. */
function isWider(other: Line, line: Line): boolean {
  if (other.state === null || other.state !== line.state || line.minAgeMs === null) return false;
  if (other.connectionAgeMs === null || other.connectionAgeMs > (line.connectionAgeMs ?? 0)) return false;
  return other.lists.every((all, index) => {
    const some = line.lists[index] ?? null;
    return all === null || (some !== null && [...some].every((entry) => all.has(entry)));
  });
}

/** Rules of `reap` may leave the state out. */
function stateOf(line: unknown): IdleState | null {
  const written = fieldAt(line, 'state') ?? 'idle';
  return z.safeParse(ruleFields.state, written).data ?? null;
}

function ageAt(line: unknown, key: 'minAge' | 'connectionAge'): string | null {
  return z.safeParse(ruleFields.minAge, fieldAt(line, key)).data ?? null;
}

function tooYoung(path: string, minAge: unknown): readonly Finding[] {
  const parsed = z.safeParse(ruleFields.minAge, minAge);
  if (!parsed.success || ageMs(parsed.data) >= MIN_AGE_MS) return [];
  const allowed = 'an age of at least 10s: a younger idle session may be between two statements';
  return [{ path, found: quoted(minAge), allowed }];
}

/**
 * Without pressure a transaction is only ended for what it does to others. An idle session blocks no other and holds
 * back nothing.
 */
export function harmProblems(line: unknown, path: string): readonly Finding[] {
  const state = stateOf(line);
  const onlyIf = fieldAt(line, 'onlyIf');
  if (state === null) return [];
  if (state === 'idle' && onlyIf !== undefined) {
    const allowed =
      'only beside a state of an open transaction: an idle session neither blocks nor holds back vacuum';
    return [{ path: `${path}.onlyIf`, found: quoted(onlyIf), allowed }];
  }
  if (state === 'idle' || onlyIf !== undefined) return [];
  const allowed =
    '["blocks", "holdsBackVacuum"] or one of them: without pressure, an open transaction ends only for what it does to others';
  return [{ path: `${path}.onlyIf`, found: quoted(onlyIf), allowed }];
}

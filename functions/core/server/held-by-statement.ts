/**
 * What a session holds until it ends, and what only its last statement shows. We search the shape of the
 * statement (`statement-shape.ts`), which has no literals and comments, so that each `;` separates two
 * statements. We search for ASCII only, which all encodings of a server contain. `docs/guide/policy.md` lists
 * what else only a last statement shows, and why we do not look for it.
 */
export type Held = 'notifications' | 'backup' | 'exported-snapshot';

type Kind = {
  readonly held: Held;
  readonly isHeldBy: (shape: string) => boolean;
  /** The shortest statement that holds the same. */
  readonly plainly: string;
};

const LISTEN = /(?:^|;) *listen(?![\w$\u0080-\uffff])/i;

/** A call, with or without schema and quotes. Before PostgreSQL 15 the functions had other names. */
const BACKUP_CALLS =
  /(?<![\w$?\u0080-\uffff])(?:(pg_backup_start|pg_start_backup)|pg_backup_stop|pg_stop_backup)"? ?\(/gi;
const EXPORT_CALL = /(?<![\w$?\u0080-\uffff])pg_export_snapshot"? ?\(/i;

/** Statements that name a function with its arguments but do not call it. */
const NAMES_ONLY =
  /^ *(?:grant|revoke|alter|drop|comment|security|create (?:or replace )?(?:function|procedure))(?!\w)/i;

function callers(shape: string): string {
  return shape
    .split(';')
    .filter((statement) => !NAMES_ONLY.test(statement))
    .join(';');
}

/** Whether a backup runs after these statements. One that the same text stops again does not run. */
function beginsBackup(shape: string): boolean {
  const last = [...callers(shape).matchAll(BACKUP_CALLS)].at(-1);
  return last?.[1] !== undefined;
}

const KINDS: readonly Kind[] = [
  { held: 'notifications', isHeldBy: (shape) => LISTEN.test(shape), plainly: 'LISTEN' },
  { held: 'backup', isHeldBy: beginsBackup, plainly: 'SELECT pg_backup_start(?)' },
  {
    held: 'exported-snapshot',
    isHeldBy: (shape) => EXPORT_CALL.test(callers(shape)),
    plainly: 'SELECT pg_export_snapshot()',
  },
];

/** Few statements contain one of these words, and computing the shape of a whole statement is slow. */
const WORDS = /listen|backup|pg_export_snapshot/i;

/** Whether a statement can hold anything. It works without computing the shape. */
export function mayHold(text: string): boolean {
  return WORDS.test(text);
}

export function heldBy(shape: string): readonly Held[] {
  return mayHold(shape) ? KINDS.filter(({ isHeldBy }) => isHeldBy(shape)).map(({ held }) => held) : [];
}

/** The shortest text that holds the same, or null when the statement holds nothing. */
export function minimalStatement(shape: string): string | null {
  const held = heldBy(shape);
  const statements = KINDS.filter((kind) => held.includes(kind.held)).map(({ plainly }) => plainly);
  return statements.length > 0 ? statements.join('; ') : null;
}

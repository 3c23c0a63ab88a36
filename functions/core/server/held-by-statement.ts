/**
 * What a session holds until it ends, and shows by its last statement only. Recognised in a statement's shape
 * (`statement-shape.ts`): literals and comments are gone there, so a `;` separates statements. Only ASCII is looked for, which
 * every encoding of a server has. `docs/guide/policy.md` lists what else only a last statement shows, and why it is not here.
 */
export type Held = 'notifications' | 'backup' | 'exported-snapshot';

type Kind = {
  readonly held: Held;
  readonly isHeldBy: (shape: string) => boolean;
  /** A statement that holds the same and says nothing else. */
  readonly plainly: string;
};

const LISTEN = /(?:^|;) *listen(?![\w$\u0080-\uffff])/i;

/** A call, with or without schema and quotes. Before 15 the functions had other names. */
const BACKUP_CALLS =
  /(?<![\w$?\u0080-\uffff])(?:(pg_backup_start|pg_start_backup)|pg_backup_stop|pg_stop_backup)"? ?\(/gi;
const EXPORT_CALL = /(?<![\w$?\u0080-\uffff])pg_export_snapshot"? ?\(/i;

/** Statements that name a function with its arguments and do not call it. */
const NAMES_ONLY =
  /^ *(?:grant|revoke|alter|drop|comment|security|create (?:or replace )?(?:function|procedure))(?!\w)/i;

function callers(shape: string): string {
  return shape
    .split(';')
    .filter((statement) => !NAMES_ONLY.test(statement))
    .join(';');
}

/** A backup that the same text stops again does not run. */
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

/** Hardly any statement has one of these words, and the shape of a whole one takes long. */
const WORDS = /listen|backup|pg_export_snapshot/i;

/** Whether a text, of which the shape need not be known, can hold anything. */
export function mayHold(text: string): boolean {
  return WORDS.test(text);
}

export function heldBy(shape: string): readonly Held[] {
  return mayHold(shape) ? KINDS.filter(({ isHeldBy }) => isHeldBy(shape)).map(({ held }) => held) : [];
}

/** The shortest text that holds the same, or null where nothing is held. */
export function minimalStatement(shape: string): string | null {
  const held = heldBy(shape);
  const statements = KINDS.filter((kind) => held.includes(kind.held)).map(({ plainly }) => plainly);
  return statements.length > 0 ? statements.join('; ') : null;
}

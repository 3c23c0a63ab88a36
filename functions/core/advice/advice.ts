import { isInDoubt, RELOAD } from '../base/sql-text.ts';

/** The language of the lines to paste. */
export type PasteLanguage = 'sql' | 'ini' | 'properties' | 'shell' | 'javascript' | 'python' | 'java';

/** What people can do: a sentence, and lines to paste, which are never broken. We execute none of it. */
export type Advice = {
  /** For the operators of the server or its pooler, or for the developers of the client. */
  readonly to: 'operator' | 'developer';
  /** Can be printed as it is: the names in it are cleaned. */
  readonly text: string;
  /** Frees slots now, so that it comes before everything else. */
  readonly isNow?: true;
  /** Belongs to the first minutes, although it frees no slot. */
  readonly isUrgent?: true;
  readonly paste?: {
    readonly language: PasteLanguage;
    readonly lines: readonly string[];
    /** The lines that restore the former state. */
    readonly undo?: readonly string[];
    /** A command of ours that does the same and is shorter than the lines. */
    readonly or?: string;
  };
};

type Paste = NonNullable<Advice['paste']>;

export function forOperator(text: string, paste?: Paste): Advice {
  return { to: 'operator', ...withPaste(text, paste) };
}

export function forDeveloper(text: string, paste?: Paste): Advice {
  return { to: 'developer', ...withPaste(text, paste) };
}

const IN_DOUBT =
  'No statement is printed: "?" in a name stands for a byte that cannot be read here, so the statement could reach another role or database.';

function withPaste(text: string, paste: Paste | undefined): Pick<Advice, 'text' | 'paste'> {
  if (paste === undefined) return { text };
  const isSql = paste.language === 'sql';
  return isSql && paste.lines.some(isInDoubt)
    ? { text: `${text.replace(/:$/, '.')} ${IN_DOUBT}` }
    : { text, paste };
}

/**
 * The owner of a database can put a schema of its own before `pg_catalog`. A superuser who pastes a query there would run
 * that owner's functions and operators.
 */
const SAFE_PATH = 'SET search_path TO pg_catalog;';

/** Statements, each on its own line or broken on purpose, and the statements that undo them. */
export function sqlPaste(lines: readonly string[], undo: readonly string[] = []): Paste {
  return {
    language: 'sql',
    lines: withSafePath(lines),
    ...(undo.length > 0 && { undo: withSafePath(undo) }),
  };
}

/** Other statements than queries resolve nothing by the path. */
function withSafePath(lines: readonly string[]): readonly string[] {
  const isQuery = lines.some((line) => line.startsWith('SELECT ') && line !== RELOAD);
  return isQuery ? [SAFE_PATH, ...lines] : lines;
}

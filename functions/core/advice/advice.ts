import { isInDoubt } from '../base/sql-text.ts';

/** In what lines are written that somebody can paste. */
export type PasteLanguage = 'sql' | 'ini' | 'properties' | 'shell' | 'javascript' | 'python' | 'java';

/** What somebody can do: a sentence, and lines to paste, which are never broken. Nothing of it is executed by us. */
export type Advice = {
  /** Whom it is for: whoever runs the server or its pooler, or whoever wrote the client. */
  readonly to: 'operator' | 'developer';
  /** Printable as it stands: names in it are cleaned. */
  readonly text: string;
  readonly paste?: {
    readonly language: PasteLanguage;
    readonly lines: readonly string[];
    /** How it was before. */
    readonly undo?: readonly string[];
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

/** Statements, each on a line of its own or broken by hand, and what takes them back. */
export function sqlPaste(lines: readonly string[], undo: readonly string[] = []): Paste {
  return { language: 'sql', lines, ...(undo.length > 0 && { undo }) };
}

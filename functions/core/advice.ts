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

/** What a piece of text means. Each place decides how that looks. */
export type Meaning = 'title' | 'faint' | 'good' | 'warning' | 'bad';

/** Colours a text after it was laid out, so that no colour changes the width of a column. */
export type Paint = (meaning: Meaning, text: string) => string;

/** For files, pipes and mails. */
export const plain: Paint = (_meaning, text) => text;

/** What a piece of text means; how that looks is up to where it is shown. */
export type Meaning = 'title' | 'faint' | 'good' | 'warning' | 'bad';

/** Dresses a text that is laid out already, so that no colour changes a column's width. */
export type Paint = (meaning: Meaning, text: string) => string;

/** For files, pipes and mails. */
export const plain: Paint = (_meaning, text) => text;

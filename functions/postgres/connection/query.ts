/**
 * Runs one autocommitted statement. A statement without values that a session runs only `once` needs no name, which saves
 * bytes where a run consists of little else.
 */
export type Query = (
  text: string,
  values?: readonly unknown[],
  how?: 'named' | 'once',
) => Promise<readonly unknown[]>;

/** Runs one autocommitted statement. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly unknown[]>;

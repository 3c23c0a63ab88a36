/** What is sent to people. Attributes are for subscribers' filter policies. */
export type Message = {
  /** Printable ASCII, below 100 characters. */
  readonly subject: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
};

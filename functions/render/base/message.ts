/** What people are told, in the forms in which they read it. Attributes are for subscribers' filter policies. */
export type Message = {
  /** Printable ASCII, below 100 characters. */
  readonly subject: string;
  readonly text: string;
  /** The same in short, for chat rooms. */
  readonly chat: ChatNotification;
  readonly attributes: Readonly<Record<string, string>>;
};

/**
 * A custom notification of Amazon Q Developer in chat applications, which silently drops whatever has another form.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export type ChatNotification = {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id: string;
  readonly content: {
    /** Each room's own markup: that of Slack or that of Teams. */
    readonly textType: 'client-markdown';
    /** At most 250 characters. */
    readonly title: string;
    /** At most 8,000 characters. */
    readonly description: string;
    /** Each at most 350 characters. */
    readonly nextSteps?: readonly string[];
    /** Each at most 75 characters. */
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** Notifications with the same one stand in one thread. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
  };
};

/** What people are told, in each form in which they read it. Subscribers filter by the attributes. */
export type Message = {
  /** Printable ASCII with fewer than 100 characters. */
  readonly subject: string;
  readonly text: string;
  /** The message in short, for chat rooms. */
  readonly chat: ChatNotification;
  readonly attributes: Readonly<Record<string, string>>;
  /** The address of the run's page, or of its record where there is no page. Null when neither is kept. */
  readonly link: string | null;
};

/**
 * A custom notification for Amazon Q Developer in chat applications. That service drops other forms without
 * an error. https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export type ChatNotification = {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id: string;
  readonly content: {
    /** The markup of the chat application: Slack's or Teams'. */
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
    /** Notifications with the same id appear in one thread. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
  };
};

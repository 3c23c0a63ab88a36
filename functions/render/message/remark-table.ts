/**
 * Everything that a message can say, by its importance: rank 1 is said before all others. Where the lines of a
 * mail do not suffice, the remarks with the last ranks are left to the page. `places` says where a remark can
 * stand beside the page and the full text (`headroom show --full`), which have all of them.
 */
export const REMARKS = {
  outcome: { rank: 1, places: ['mail', 'chat'], what: 'what the server is now, and its slots' },
  incident: {
    rank: 2,
    places: ['mail', 'chat'],
    what: 'since when the incident is open, and how often it came',
  },
  breaker: { rank: 3, places: ['mail', 'chat'], what: 'that runs are paused, and how to resume them' },
  ended: { rank: 4, places: ['mail', 'chat'], what: 'what was ended or would be, and what was spared' },
  why: { rank: 5, places: ['mail', 'chat'], what: 'the cause, its program, since when, and its statement' },
  now: { rank: 6, places: ['mail', 'chat'], what: 'what to do now: look, then act' },
  heldBack: { rank: 7, places: ['mail', 'chat'], what: 'what the policy kept that would have sufficed' },
  leftOut: { rank: 8, places: ['mail', 'chat'], what: 'what is missing in this message' },
  foreignLock: { rank: 9, places: ['mail'], what: 'other sessions that hold a lock with our number' },
  switch: { rank: 10, places: ['mail'], what: 'how to pause or resume runs from AWS CloudShell' },
  sparedByName: { rank: 11, places: ['mail'], what: 'programs that are spared by their name alone' },
  later: { rank: 12, places: ['mail', 'chat'], what: 'what to change later, so that it does not come again' },
  memory: { rank: 13, places: ['mail'], what: 'that we could not read whether runs are paused' },
  oldKeepRule: {
    rank: 14,
    places: ['mail', 'chat'],
    what: 'which sessions earlier versions would have kept',
  },
  namedPooler: { rank: 15, places: ['mail'], what: 'ended sessions with the name of a pooler' },
  trigger: { rank: 16, places: ['mail', 'chat'], what: 'what started a run that failed' },
  clock: { rank: 17, places: ['mail'], what: 'that two clocks differ' },
  moreSteps: { rank: 18, places: [], what: 'further steps' },
  unseenByProtection: { rank: 19, places: [], what: 'what a protection cannot see' },
  pooler: { rank: 20, places: [], what: 'which clients use the sessions of a pooler' },
  coordinators: { rank: 21, places: [], what: 'how sessions are spread over coordinators' },
  moreLimits: { rank: 22, places: [], what: 'other CONNECTION LIMITs that are reached' },
  details: { rank: 23, places: [], what: 'each program, each session, each refused client, and the alarm' },
} as const satisfies Readonly<Record<string, RemarkRow>>;

type RemarkRow = {
  readonly rank: number;
  readonly places: readonly ('mail' | 'chat')[];
  /** Ends the sentence "The remark says …". */
  readonly what: string;
};

export type RemarkKind = keyof typeof REMARKS;

/** One remark about a run. Names in it are cleaned. */
export type Remark = {
  readonly kind: RemarkKind;
  /** Stands before the first line. */
  readonly title?: string;
  /**
   * As in a mail: each is one line, however long. The first is a text, the others are there to paste. Empty
   * where the remark stands on the page only.
   */
  readonly lines: readonly string[];
};

export function isFor(place: 'mail' | 'chat', { kind }: Pick<Remark, 'kind'>): boolean {
  const { places }: RemarkRow = REMARKS[kind];
  return places.includes(place);
}

/** A remark without any text is none. */
export function said(kind: RemarkKind, texts: readonly string[], title?: string): readonly Remark[] {
  const lines = texts.filter((text) => text !== '');
  return lines.length === 0 ? [] : [{ kind, lines, ...(title !== undefined && { title }) }];
}

/** The most important first. Remarks of one kind keep their order. */
export function byRank(remarks: readonly Remark[]): readonly Remark[] {
  return remarks.toSorted((a, b) => REMARKS[a.kind].rank - REMARKS[b.kind].rank);
}

/** How much a screen shows. A file or a pipe is as wide as any table. */
export type Screen = {
  readonly columns: number;
  /** Each session by itself, however many there are. */
  readonly all: boolean;
};

export const WIDE_SCREEN: Screen = { columns: Number.POSITIVE_INFINITY, all: false };

/** More rows would push the summary off the screen. */
export const MOST_ROWS = 20;

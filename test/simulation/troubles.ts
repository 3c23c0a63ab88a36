import {
  acceptDatabase,
  change,
  lastOf,
  leakFor,
  pauseCell,
  pauseDatabase,
  pauseServer,
  resize,
  restoreAs,
  setTrouble,
  subscribeOther,
  swap,
} from './happenings.ts';
import { HOUR, MINUTE } from './simulated-cell.ts';
import { logGroupOf, type SimulatedDatabase } from './simulated-estate.ts';
import { restart, type Trouble } from './simulated-server.ts';
import type { Stage } from './stage.ts';
import { between } from './weather.ts';

type Begin = (stage: Stage, database: SimulatedDatabase) => void;

/** What can happen to a database that is not like the others, from the moment at which it begins. */
const TROUBLES = {
  leak: (stage, database) =>
    leakFor(
      stage,
      database,
      between(stage.seed, 2_000, 40_000, 'leak', database.key),
      lengthOf(stage, database),
    ),
  /** A hundred clients a second. */
  storm: (stage, database) => leakFor(stage, database, 10, 15 * MINUTE),
  hangsAtConnect: troubled('hangs-at-connect'),
  hangsAtLogin: troubled('hangs-at-login'),
  hangsInStatements: troubled('hangs-in-statements'),
  refuses: troubled('refuses'),
  untagged: (stage, database) => {
    subscribeOther(stage, database);
    leakFor(stage, database, 3_000, 2 * HOUR);
    later(stage, 40 * MINUTE, () => change(stage, database, { tag: null }));
  },
  unknownTag: (stage, database) => change(stage, database, { tag: 'Enforce' }),
  unknownPolicy: (stage, database) => {
    change(stage, database, { policy: 'nobody-wrote-it' });
    later(stage, 30 * MINUTE, () => leakFor(stage, database, 3_000, 2 * HOUR));
  },
  flaps: (stage, database) => {
    leakFor(stage, database, 4_000, 3 * HOUR);
    for (let at = 1; at < 40; at += 1) {
      const tag = at % 2 === 0 ? 'enforce' : 'observe';
      later(stage, at * 4 * MINUTE, () => change(stage, database, { tag }));
    }
  },
  stops: (stage, database) => {
    change(stage, database, { status: 'stopped' });
    setTrouble(database.server, 'refuses');
    restart(database.server);
    later(stage, lengthOf(stage, database), () => {
      change(stage, database, { status: 'available' });
      setTrouble(database.server, 'none');
    });
  },
  isRenamed: (stage, database) => {
    const { name: before, capacity } = lastOf(database);
    const name = `${before}-new1`;
    stage.logs.groups.set(logGroupOf({ name, capacity }), []);
    change(stage, database, { name });
  },
  failsOver: (stage, database) => {
    leakFor(stage, database, 3_000, 2 * HOUR);
    for (let at = 1; at < 20; at += 1) later(stage, at * 7 * MINUTE, () => restart(database.server));
  },
  isPaused: (stage, database) => {
    leakFor(stage, database, 5_000, 4 * HOUR);
    later(stage, HOUR, () => pauseDatabase(stage, database.key, HOUR));
  },
  /** All others are paused with it. */
  cellIsPaused: (stage, database) => {
    leakFor(stage, database, 5_000, 4 * HOUR);
    later(stage, HOUR, () => pauseCell(stage, HOUR));
  },
  isAccepted: (stage, database) => {
    acceptDatabase(stage, database.key);
    leakFor(stage, database, 5_000, 2 * HOUR);
  },
  isDeleted: (stage, database) => change(stage, database, { exists: false }),
  /** The green one is full from the start, and inherits the tag. */
  isSwapped: (stage, blue) => {
    const name = `${lastOf(blue).name}-green1`;
    const green = restoreAs(stage, blue, `${blue.resource}G`, name);
    leakFor(stage, green, 5_000, 20 * HOUR);
    later(stage, HOUR, () => swap(stage, blue, green));
  },
  /** A copy in Aurora Serverless, which pauses while nobody uses it, and leaks later. */
  pauses: (stage, source) => {
    const copy = restoreAs(stage, source, `${source.resource}V`, `${lastOf(source).name}-serverless`, {
      ...{ capacity: 0, exportsLog: true },
    });
    pauseServer(copy.server);
    later(stage, 20 * MINUTE, () => acceptDatabase(stage, copy.key));
    later(stage, 2 * HOUR, () => leakFor(stage, copy, 1_000, HOUR));
    later(stage, 5 * HOUR, () => leakFor(stage, copy, 2_000, HOUR));
  },
  /** Once to a larger class and once to a smaller one, while a program leaks. */
  isResized: (stage, database) => {
    leakFor(stage, database, 5_000, 5 * HOUR);
    later(stage, HOUR, () => resize(stage, database, 2));
    later(stage, 3 * HOUR, () => resize(stage, database, 0.4));
  },
  /** Its disk is full, so that it takes no session until it gets a larger one. */
  isFull: (stage, database) => {
    change(stage, database, { status: 'storage-full' });
    setTrouble(database.server, 'refuses');
    restart(database.server);
    later(stage, lengthOf(stage, database), () => {
      change(stage, database, { status: 'modifying' });
      later(stage, 10 * MINUTE, () => setTrouble(database.server, 'none'));
      later(stage, HOUR, () => change(stage, database, { status: 'available' }));
    });
  },
} as const satisfies Readonly<Record<string, Begin>>;

export type TroubleKind = keyof typeof TROUBLES;
const KINDS = Object.keys(TROUBLES) as readonly TroubleKind[];
/** As often as each is drawn: leaks are what runs are for. */
export const TROUBLE_KINDS: readonly TroubleKind[] = [...KINDS, 'leak', 'leak', 'leak', 'storm'];

export function beginTrouble(kind: TroubleKind, stage: Stage, database: SimulatedDatabase): void {
  TROUBLES[kind](stage, database);
}

function troubled(trouble: Trouble): Begin {
  return (stage, database) => {
    setTrouble(database.server, trouble);
    later(stage, lengthOf(stage, database), () => setTrouble(database.server, 'none'));
  };
}

function later({ time }: Stage, ms: number, act: () => void): void {
  time.at(time.now() + ms, act);
}

function lengthOf({ seed }: Stage, { key }: SimulatedDatabase): number {
  return between(seed, 20 * MINUTE, 5 * HOUR, 'length', key);
}

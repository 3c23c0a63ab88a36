/**
 * Simulated servers that know no rule of ours: how many slots are used, every five minutes, in percent of the usable
 * ones. Fixed seeds give the same months on every machine.
 */

export const SWEEP_MIN = 5;
export const SWEEPS_A_DAY = 1_440 / SWEEP_MIN;

/** Between 0 and 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const RHYTHMS = [
  'smooth',
  'office hours',
  'nightly batch',
  'deployments that double',
  'autoscaling',
  'weekends',
  'restarts',
  'max_connections changed',
] as const;
export type Rhythm = (typeof RHYTHMS)[number];

/** How a rhythm moves, and the bounds of its servers' slots where they are not those of all. */
export type Form = {
  readonly shape: Shape;
  readonly slots?: readonly [number, number];
  /** The slots change during the month: by a factor that is drawn, or by this one. */
  readonly changesSlots?: true | number;
};

/** The rules were tuned on the first, and are judged on the second: other levels, paces and lengths. */
export type Parameters = 'tuned' | 'judged';

/** Uniform between two bounds, which differ by the parameters. */
export type Draw = (tuned: readonly [number, number], judged: readonly [number, number]) => number;

/** One server: what it uses at a minute, and how many slots it has then. */
export type SimulatedServer = {
  readonly usedAt: (sweep: number) => number;
  readonly usableAt: (sweep: number) => number;
};

export function simulatedServer(
  { shape: shapeOf, slots, changesSlots }: Form,
  seed: number,
  parameters: Parameters,
): SimulatedServer {
  const random = randomOf(seed);
  const draw: Draw = (tuned, judged) => {
    const [least, most] = parameters === 'tuned' ? tuned : judged;
    return least + random() * (most - least);
  };
  const usable = Math.round(slots === undefined ? draw([50, 500], [40, 900]) : draw(slots, slots));
  const shape = shapeOf(draw, random);
  const drift = driftOf(random, draw([0.4, 1.2], [0.3, 1.5]));
  const changedAt = changesSlots ? Math.floor((24 + random() * 20) * SWEEPS_A_DAY) : null;
  const drawn = draw([0.75, 1.6], [0.8, 2]);
  const factor = typeof changesSlots === 'number' ? changesSlots : drawn;
  const usableAt = (sweep: number) =>
    changedAt !== null && sweep >= changedAt ? Math.round(usable * factor) : usable;
  return {
    usableAt,
    usedAt: (sweep) =>
      Math.max(0, Math.min(usableAt(sweep), Math.round(((shape(sweep) + drift(sweep)) * usable) / 100))),
  };
}

/** Clients come and go: a walk that returns to 0, in percent. */
function driftOf(random: () => number, size: number): (sweep: number) => number {
  const values: number[] = [0];
  return (sweep) => {
    while (values.length <= sweep)
      values.push((values.at(-1) ?? 0) * 0.9 + (random() + random() + random() - 1.5) * size);
    return values[sweep] ?? 0;
  };
}

export type Shape = (draw: Draw, random: () => number) => (sweep: number) => number;

export const hourOf = (sweep: number) => ((sweep % SWEEPS_A_DAY) * SWEEP_MIN) / 60;
export const dayOf = (sweep: number) => Math.floor(sweep / SWEEPS_A_DAY);
export const isWeekend = (sweep: number) => dayOf(sweep) % 7 >= 5;

/** From 0 to 1 and back: begins, rises over `ramp` hours, ends and falls as slowly. */
export const plateau = (hour: number, from: number, to: number, ramp: number) =>
  Math.max(0, Math.min(1, (hour - from) / ramp, (to - hour) / ramp));

/** A value for each day, the same whenever it is asked for. */
export function daily(random: () => number): (day: number) => number {
  const values: number[] = [];
  return (day) => {
    while (values.length <= day) values.push(random());
    return values[day] ?? 0;
  };
}

export const office =
  (weekend: (draw: Draw) => number): Shape =>
  (draw, random) => {
    const [night, day] = [draw([15, 35], [10, 40]), draw([20, 40], [15, 45])];
    const [from, to] = [draw([7, 9], [6, 10]), draw([17, 19], [16, 20])];
    const ramp = draw([0.8, 2], [0.6, 3]);
    const jitter = daily(random);
    const atWeekend = weekend(draw);
    return (sweep) => {
      const size = day * (0.9 + 0.2 * jitter(dayOf(sweep))) * (isWeekend(sweep) ? atWeekend : 1);
      return night + size * plateau(hourOf(sweep), from + jitter(dayOf(sweep)) / 2, to, ramp);
    };
  };

const SHAPES: Readonly<Record<Rhythm, Shape>> = {
  smooth: (draw) => {
    const level = draw([20, 65], [15, 70]);
    return () => level;
  },
  'office hours': office(() => 1),
  weekends: office((draw) => draw([0.1, 0.4], [0, 0.6])),
  'nightly batch': (draw, random) => {
    const [base, size] = [draw([20, 45], [15, 50]), draw([15, 40], [15, 42])];
    const [from, hours] = [draw([0, 4], [0, 23]), draw([0.3, 1.5], [0.2, 3])];
    const late = daily(random);
    return (sweep) => {
      const begins = from + late(dayOf(sweep)) / 4;
      return base + size * plateau(hourOf(sweep), begins, begins + hours, 0.1);
    };
  },
  'deployments that double': (draw, random) => {
    const base = draw([20, 45], [18, 47]);
    const [chance, minutes, ramp] = [
      draw([0.2, 0.5], [0.1, 0.7]),
      draw([5, 20], [4, 30]),
      draw([2, 10], [1, 12]),
    ];
    const [whether, when] = [daily(random), daily(random)];
    return (sweep) => {
      const day = dayOf(sweep);
      if (isWeekend(sweep) || whether(day) > chance) return base;
      const from = 9 + 8 * when(day);
      return base + base * plateau(hourOf(sweep), from, from + (minutes + 2 * ramp) / 60, ramp / 60);
    };
  },
  autoscaling: (draw, random) => {
    const [floor, top, steps] = [
      draw([15, 30], [12, 35]),
      draw([50, 75], [45, 80]),
      Math.round(draw([3, 8], [2, 10])),
    ];
    const [peak, width] = [draw([10, 16], [0, 23]), draw([3, 6], [2, 7])];
    const jitter = daily(random);
    return (sweep) => {
      const hour = hourOf(sweep);
      const distance = Math.min(Math.abs(hour - peak), 24 - Math.abs(hour - peak));
      const demand = Math.exp(-((distance / width) ** 2)) * (0.85 + 0.15 * jitter(dayOf(sweep)));
      return floor + ((top - floor) * Math.round(demand * steps)) / steps;
    };
  },
  restarts: (draw, random) => {
    const level = draw([25, 60], [20, 68]);
    const [chance, minutes] = [draw([0.1, 0.3], [0.05, 0.4]), draw([2, 12], [1, 20])];
    const [whether, when] = [daily(random), daily(random)];
    return (sweep) => {
      if (whether(dayOf(sweep)) > chance) return level;
      const since = (hourOf(sweep) - 24 * when(dayOf(sweep))) * 60;
      return since < 0 || since > minutes ? level : (level * since) / minutes;
    };
  },
  'max_connections changed': office((draw) => draw([0.3, 1], [0.2, 1])),
};

/** The rhythms that the rules are judged on. */
export const JUDGED: Readonly<Record<Rhythm, Form>> = {
  smooth: { shape: SHAPES.smooth },
  'office hours': { shape: SHAPES['office hours'] },
  'nightly batch': { shape: SHAPES['nightly batch'] },
  'deployments that double': { shape: SHAPES['deployments that double'] },
  autoscaling: { shape: SHAPES.autoscaling },
  weekends: { shape: SHAPES.weekends },
  restarts: { shape: SHAPES.restarts },
  'max_connections changed': { shape: SHAPES['max_connections changed'], changesSlots: true },
};

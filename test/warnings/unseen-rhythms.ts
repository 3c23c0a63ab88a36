import {
  daily,
  dayOf,
  type Form,
  hourOf,
  isWeekend,
  office,
  plateau,
  SWEEP_MIN,
  SWEEPS_A_DAY,
} from './rhythms.ts';

/** Rhythms that were written, with their seeds, before the rule of repeated mistakes. Nobody looked before it was final. */
export const UNSEEN = {
  'jobs that people start': {
    shape: (draw, random) => {
      const [base, most] = [draw([20, 40], [18, 45]), draw([15, 38], [12, 42])];
      const [chance, hours] = [draw([0.1, 0.4], [0.05, 0.5]), draw([0.3, 2], [0.2, 3])];
      const [whether, when, long, size] = [daily(random), daily(random), daily(random), daily(random)];
      // At most one job in each four hours, as long and as large as it happens to be.
      return (sweep) => {
        const part = Math.floor((sweep * 6) / SWEEPS_A_DAY);
        if (isWeekend(sweep) || whether(part) > chance) return base;
        const since = (hourOf(sweep) % 4) - when(part);
        return base + most * size(part) * plateau(since, 0, hours * (0.3 + 0.7 * long(part)), 0.2);
      };
    },
  },
  'load tests at night': {
    shape: (draw, random) => {
      const [base, size] = [draw([15, 35], [12, 40]), draw([25, 45], [20, 50])];
      const [chance, minutes] = [draw([0.2, 0.6], [0.1, 0.8]), draw([15, 60], [10, 75])];
      const [whether, when] = [daily(random), daily(random)];
      // More clients each minute until the test ends, and all leave at once.
      return (sweep) => {
        const since = (hourOf(sweep) - 5 * when(dayOf(sweep))) * 60;
        const isOn = whether(dayOf(sweep)) < chance && since >= 0 && since < minutes;
        return base + (isOn ? (size * since) / minutes : 0);
      };
    },
  },
  'two clocks': {
    shape: (draw) => {
      const base = draw([15, 30], [12, 35]);
      const [one, other] = [draw([10, 25], [8, 28]), draw([10, 25], [8, 28])];
      const [short, long] = [draw([21, 23], [19, 23.5]), draw([24.5, 27], [24.3, 30])];
      const [hours, ramp] = [draw([2, 6], [1, 8]), draw([0.2, 1], [0.1, 1.5])];
      // Two jobs whose days are shorter and longer than ours: some days they meet.
      return (sweep) => {
        const hour = (sweep * 24) / SWEEPS_A_DAY;
        return (
          base + one * plateau(hour % short, 0, hours, ramp) + other * plateau(hour % long, 0, hours, ramp)
        );
      };
    },
  },
  'retries after slow queries': {
    shape: (draw, random) => {
      const [base, size] = [draw([25, 50], [20, 52]), draw([10, 35], [8, 40])];
      const [bad, chance] = [draw([0.05, 0.2], [0.03, 0.25]), draw([0.1, 0.3], [0.05, 0.35])];
      const [fades, isBad, isOn, height] = [
        draw([0.2, 0.6], [0.1, 1]),
        daily(random),
        daily(random),
        daily(random),
      ];
      // On a bad day many hours have a burst that grows for a quarter of an hour and fades.
      return (sweep) => {
        const hour = Math.floor(sweep / 12);
        if (isBad(dayOf(sweep)) > bad || isOn(hour) > chance) return base;
        const since = (sweep % 12) / 12;
        return (
          base + size * height(hour) * Math.min(1, since * 4) * Math.exp(-Math.max(0, since - 0.25) / fades)
        );
      };
    },
  },
  'autoscaling that hunts': {
    shape: (draw, random) => {
      const [floor, more] = [draw([20, 40], [18, 44]), draw([15, 40], [12, 44])];
      const [minutes, ramp] = [draw([40, 120], [30, 180]), draw([5, 20], [5, 30])];
      const [chance, begun] = [draw([0.1, 0.5], [0.05, 0.6]), daily(random)];
      // It scales out and in again, at some times of some days.
      return (sweep) => {
        const turn = Math.floor((sweep * SWEEP_MIN) / minutes);
        if (begun(Math.floor(turn / 4)) > chance) return floor;
        return floor + more * plateau((sweep * SWEEP_MIN) % minutes, 0, minutes * 0.7, ramp);
      };
    },
  },
  'another region fails over': {
    shape: (draw, random) => {
      const inOffice = office((each) => each([0.3, 0.8], [0.2, 1]))(draw, random);
      const [share, more] = [draw([0.5, 0.6], [0.45, 0.6]), draw([0.3, 0.7], [0.2, 0.8])];
      const [chance, hours] = [draw([0.03, 0.15], [0.02, 0.2]), draw([0.5, 6], [0.3, 10])];
      const [whether, when] = [daily(random), daily(random)];
      return (sweep) => {
        const since = hourOf(sweep) - 20 * when(dayOf(sweep));
        const isHere = whether(dayOf(sweep)) < chance && since >= 0 && since < hours;
        return inOffice(sweep) * share * (isHere ? 1 + more : 1);
      };
    },
  },
  'a batch that takes longer each day': {
    shape: (draw, random) => {
      const [base, size] = [draw([20, 45], [18, 48]), draw([15, 38], [12, 42])];
      const [from, hours] = [draw([0, 20], [0, 23]), draw([0.3, 1], [0.2, 1.5])];
      const [longer, ramp, late] = [
        draw([0.02, 0.1], [0.01, 0.15]),
        draw([0.05, 0.3], [0.03, 0.5]),
        daily(random),
      ];
      return (sweep) => {
        const since = ((sweep * 24) / SWEEPS_A_DAY - from) % 24;
        const lasts = hours + longer * dayOf(sweep);
        return base + size * plateau(since - late(dayOf(sweep)) / 4, 0, lasts + 2 * ramp, ramp);
      };
    },
  },
  'canaries in three steps': {
    shape: (draw, random) => {
      const base = draw([22, 42], [20, 46]);
      const [chance, minutes] = [draw([0.2, 0.6], [0.1, 0.7]), draw([10, 30], [5, 45])];
      const [whether, when] = [daily(random), daily(random)];
      // A tenth, the half and all of the new version beside the old one, which then leaves.
      return (sweep) => {
        const half = Math.floor((sweep * 2) / SWEEPS_A_DAY);
        const since = ((hourOf(sweep) % 12) - 8 * when(half)) * 60;
        if (isWeekend(sweep) || whether(half) > chance || since < 0) return base;
        return base * (1 + ([0.1, 0.5, 1][Math.floor(since / minutes)] ?? 0));
      };
    },
  },
  'a shop that sells out': {
    shape: (draw, random) => {
      const [base, most] = [draw([15, 35], [12, 40]), draw([25, 45], [20, 50])];
      const [days, fades] = [Math.round(draw([2, 6], [2, 10])), draw([0.5, 2], [0.3, 3])];
      const [when, size] = [daily(random), daily(random)];
      // Every few days all customers come within half an hour, at an announced hour that is another one each time.
      return (sweep) => {
        if (dayOf(sweep) % days !== 0) return base;
        const since = hourOf(sweep) - 6 - 14 * when(dayOf(sweep));
        if (since < 0) return base;
        const here = Math.min(1, since * 2) * Math.exp(-Math.max(0, since - 0.5) / fades);
        return base + most * (0.6 + 0.4 * size(dayOf(sweep))) * here;
      };
    },
  },
} as const satisfies Readonly<Record<string, Form>>;

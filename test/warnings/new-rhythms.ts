import { daily, dayOf, type Form, hourOf, isWeekend, office, plateau, SWEEPS_A_DAY } from './rhythms.ts';

/** Rhythms that were written after the range of two days, with their seeds. What two wrong warnings hide came after a look at them. */
export const NEW = {
  'shifts that overlap': {
    shape: (draw, random) => {
      const [base, more] = [draw([20, 45], [18, 48]), draw([10, 30], [8, 32])];
      const [minutes, late] = [draw([20, 60], [15, 75]), daily(random)];
      return (sweep) => {
        // At six, at two and at ten both shifts are at work.
        const since = ((hourOf(sweep) + 2) % 8) - late(Math.floor((sweep * 3) / SWEEPS_A_DAY)) / 4;
        return base + more * plateau(since, 0, minutes / 60 + 0.4, 0.2);
      };
    },
  },
  'market hours': {
    shape: (draw, random) => {
      const [night, day] = [draw([10, 25], [8, 28]), draw([25, 45], [20, 50])];
      const [calm, opens] = [draw([0.4, 0.8], [0.3, 0.9]), draw([8, 10], [7, 15])];
      const size = daily(random);
      return (sweep) => {
        if (isWeekend(sweep)) return night;
        const since = hourOf(sweep) - opens;
        const busy = 1 - (1 - calm) * plateau(since, 0.7, 6.3, 1);
        return night + day * (0.8 + 0.3 * size(dayOf(sweep))) * busy * plateau(since, 0, 7, 0.25);
      };
    },
  },
  'exports each half hour': {
    shape: (draw, random) => {
      const [base, size] = [draw([25, 55], [20, 60]), draw([8, 22], [6, 25])];
      const [minutes, height] = [draw([5, 15], [4, 20]), daily(random)];
      return (sweep) => {
        const half = Math.floor(sweep / 6);
        return base + ((sweep % 6) * 5 < minutes ? size * (0.6 + 0.4 * height(half)) : 0);
      };
    },
  },
  'growth of weeks': {
    shape: (draw, random) => {
      const inOffice = office((each) => each([0.2, 0.6], [0.1, 0.8]))(draw, random);
      const [from, perDay] = [draw([0.5, 0.6], [0.45, 0.6]), draw([0.002, 0.008], [0.001, 0.009])];
      return (sweep) => inOffice(sweep) * (from + (perDay * sweep) / SWEEPS_A_DAY);
    },
  },
  'traffic of a twin': {
    shape: (draw, random) => {
      const base = draw([22, 40], [20, 44]);
      const [chance, hours] = [draw([0.02, 0.1], [0.02, 0.12]), draw([0.5, 8], [0.3, 10])];
      const [whether, when] = [daily(random), daily(random)];
      return (sweep) => {
        const from = 14 * when(dayOf(sweep));
        const isOn = whether(dayOf(sweep)) < chance && hourOf(sweep) >= from && hourOf(sweep) < from + hours;
        return isOn ? 2 * base : base;
      };
    },
  },
  'a window for maintenance': {
    shape: (draw, random) => {
      const [level, day] = [draw([30, 65], [25, 68]), Math.floor(draw([0, 7], [0, 7]))];
      const [from, hours] = [draw([1, 4], [0, 20]), draw([0.5, 2], [0.3, 3])];
      const [more, minutes] = [draw([0.1, 0.3], [0.05, 0.35]), draw([10, 30], [5, 40])];
      const late = daily(random);
      return (sweep) => {
        const since = hourOf(sweep) - from - late(dayOf(sweep)) / 2;
        if (dayOf(sweep) % 7 !== day || since < 0) return level;
        if (since < hours) return level / 20;
        // All clients come back at once, and each opens more than it needs.
        return level * (1 + more * Math.max(0, 1 - ((since - hours) * 60) / minutes));
      };
    },
  },
  'a batch that begins later each day': {
    shape: (draw) => {
      const [base, size] = [draw([20, 45], [18, 48]), draw([15, 38], [12, 42])];
      const [first, later] = [draw([0, 24], [0, 24]), draw([0.2, 0.5], [0.1, 0.7])];
      const [hours, ramp] = [draw([0.5, 2], [0.3, 3]), draw([0.05, 0.3], [0.03, 0.5])];
      return (sweep) => {
        const begins = (first + later * dayOf(sweep)) % 24;
        return base + size * plateau((hourOf(sweep) - begins + 24) % 24, 0, hours + 2 * ramp, ramp);
      };
    },
  },
  'pools that are never emptied': {
    shape: (draw, random) => {
      const [fresh, most] = [draw([15, 30], [12, 35]), draw([55, 80], [45, 84])];
      const [hours, pace] = [draw([0, 6], [0, 23]), daily(random)];
      // They grow with each peak of demand until all are at their limit, and begin anew with the deployment of the day.
      return (sweep) => {
        const since = (hourOf(sweep) - hours + 24) % 24;
        return fresh + (most - fresh) * (1 - Math.exp(-since / (1 + 6 * pace(dayOf(sweep)))));
      };
    },
  },
  'evenings of many viewers': {
    shape: (draw, random) => {
      const [base, size] = [draw([12, 30], [10, 35]), draw([30, 45], [25, 48])];
      const [peak, width] = [draw([19, 21], [17, 22]), draw([1.5, 3], [1, 4])];
      const height = daily(random);
      return (sweep) => {
        const day = dayOf(sweep);
        const share = (isWeekend(sweep) ? 0.75 : 0.5) + 0.25 * height(day);
        return base + size * share * Math.exp(-(((hourOf(sweep) - peak) / width) ** 2));
      };
    },
  },
} as const satisfies Readonly<Record<string, Form>>;

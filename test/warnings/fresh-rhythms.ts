import { daily, dayOf, type Form, hourOf, isWeekend, office, plateau, SWEEPS_A_DAY } from './rhythms.ts';

/** Rhythms that were written after the rules, with their seeds. No rule was changed after a look at them. */
export const FRESH = {
  'autoscaling with a cool-down': {
    shape: (draw, random) => {
      const [floor, step] = [draw([20, 35], [20, 40]), draw([5, 12], [5, 14])];
      const [hours, times] = [draw([0.3, 1], [0.3, 1.5]), Math.round(draw([1, 3], [1, 3]))];
      const [whether, when] = [daily(random), daily(random)];
      return (sweep) => {
        const since = hourOf(sweep) - 18 * when(dayOf(sweep));
        if (since < 0 || whether(dayOf(sweep)) > 0.5) return floor;
        // One step up each quarter of an hour; down again one by one, after the cool-down of each.
        const up = Math.min(times, 1 + Math.floor(since * 4));
        const down = Math.max(0, Math.floor((since - times / 4) / hours));
        return floor + step * Math.max(0, up - down);
      };
    },
  },
  'blue and green': {
    shape: (draw, random) => {
      const base = draw([20, 40], [18, 44]);
      const [chance, hours] = [draw([0.05, 0.2], [0.05, 0.2]), draw([0.5, 6], [0.5, 8])];
      const [whether, when] = [daily(random), daily(random)];
      return (sweep) => {
        const from = 8 + 8 * when(dayOf(sweep));
        const isOn = !isWeekend(sweep) && whether(dayOf(sweep)) < chance;
        // The green one opens all of its pools within minutes, and the blue one stays until it is certain.
        return base + (isOn ? base * 0.9 * plateau(hourOf(sweep), from, from + hours, 0.08) : 0);
      };
    },
  },
  holidays: {
    shape: (draw, random) => {
      const inOffice = office((each) => each([0.1, 0.4], [0, 0.5]))(draw, random);
      const night = draw([15, 35], [10, 40]);
      const [first, days] = [Math.floor(random() * 21), Math.floor(draw([3, 10], [3, 16]))];
      // No work for some days of the past, and then all of it.
      return (sweep) => (dayOf(sweep) >= first && dayOf(sweep) < first + days ? night : inOffice(sweep));
    },
  },
  'a job every six hours': {
    shape: (draw, random) => {
      const [base, size] = [draw([20, 45], [20, 45]), draw([15, 42], [15, 44])];
      const [minutes, ramp] = [draw([20, 90], [15, 120]), draw([0.05, 0.5], [0.05, 0.7])];
      const late = daily(random);
      return (sweep) => {
        const since = (hourOf(sweep) % 6) - late(Math.floor((sweep * 4) / SWEEPS_A_DAY)) / 3;
        return base + size * plateau(since, 0, minutes / 60 + 2 * ramp, ramp);
      };
    },
  },
  'replicas that move': {
    shape: (draw, random) => {
      const [base, share] = [draw([30, 60], [30, 65]), draw([0.1, 0.3], [0.1, 0.35])];
      const [times, minutes] = [draw([1, 6], [1, 8]), draw([5, 20], [5, 30])];
      const begun = daily(random);
      // Some replicas are started elsewhere before the old ones end; their sessions are there twice.
      return (sweep) => {
        const hour = Math.floor(sweep / 12);
        const isMoving = begun(hour) < times / 24 && (sweep % 12) * 5 < minutes;
        return base * (isMoving ? 1 + share : 1);
      };
    },
  },
  storms: {
    shape: (draw, random) => {
      const [base, size] = [draw([20, 50], [20, 55]), draw([10, 35], [10, 38])];
      const [chance, minutes] = [draw([0.1, 0.5], [0.1, 0.6]), draw([5, 20], [5, 40])];
      const [whether, when] = [daily(random), daily(random)];
      return (sweep) => {
        const since = (hourOf(sweep) - 22 * when(dayOf(sweep))) * 60;
        return base + (whether(dayOf(sweep)) < chance && since >= 0 && since < minutes ? size : 0);
      };
    },
  },
  'max_connections halved': {
    changesSlots: 0.5,
    shape: (draw, random) => {
      const [night, size] = [draw([8, 20], [8, 22]), draw([8, 18], [8, 20])];
      const jitter = daily(random);
      return (sweep) =>
        night + size * (0.85 + 0.15 * jitter(dayOf(sweep))) * plateau(hourOf(sweep), 8, 19, 1.5);
    },
  },
  'batch at the end of the month': {
    shape: (draw) => {
      const [base, size] = [draw([20, 40], [20, 42]), draw([25, 45], [25, 46])];
      const [from, hours, ramp] = [draw([0, 12], [0, 12]), draw([2, 8], [1, 10]), draw([0.1, 1], [0.1, 2])];
      return (sweep) =>
        base + (dayOf(sweep) % 30 === 29 ? size * plateau(hourOf(sweep), from, from + hours, ramp) : 0);
    },
  },
} as const satisfies Readonly<Record<string, Form>>;

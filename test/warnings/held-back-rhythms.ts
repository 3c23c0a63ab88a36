import { daily, dayOf, type Form, hourOf, isWeekend, plateau, SWEEPS_A_DAY } from './rhythms.ts';

/**
 * Rhythms to which no figure was fitted. The wait after a wrong tier warning, and what two wrong warnings hide, were added after a
 * look at them.
 */
export const HELD_BACK = {
  'end of the month': {
    shape: (draw, random) => {
      const [base, more] = [draw([20, 40], [20, 45]), draw([15, 40], [15, 42])];
      const jitter = daily(random);
      return (sweep) => {
        const day = dayOf(sweep) % 30;
        const size = day >= 27 ? more * (0.8 + 0.2 * jitter(dayOf(sweep))) : 0;
        return base + size * plateau(hourOf(sweep), 6, 22, 1.5);
      };
    },
  },
  'a job every two hours': {
    shape: (draw, random) => {
      const [base, size, minutes] = [
        draw([20, 45], [20, 45]),
        draw([10, 40], [10, 40]),
        draw([5, 40], [5, 50]),
      ];
      const late = daily(random);
      return (sweep) => {
        const since = ((hourOf(sweep) % 2) * 60 - late(Math.floor(sweep / 24)) * 6) / minutes;
        return base + (since >= 0 && since < 1 ? size : 0);
      };
    },
  },
  'lunch breaks': {
    shape: (draw, random) => {
      const [night, size, ramp] = [
        draw([15, 35], [15, 35]),
        draw([25, 45], [25, 48]),
        draw([0.3, 1], [0.2, 1]),
      ];
      const dip = draw([0.3, 0.7], [0.2, 0.8]);
      const jitter = daily(random);
      return (sweep) => {
        const hour = hourOf(sweep) + jitter(dayOf(sweep)) / 3;
        const away = dip * plateau(hour, 12, 13.5, 0.25);
        return night + (isWeekend(sweep) ? 0.2 : 1) * size * plateau(hour, 8, 18, ramp) * (1 - away);
      };
    },
  },
  'summer time': {
    shape: (draw, random) => {
      const [night, size, ramp] = [
        draw([15, 35], [15, 40]),
        draw([20, 40], [20, 45]),
        draw([0.5, 2], [0.4, 2]),
      ];
      const forward = random() < 0.5 ? 1 : -1;
      const changed = 24 + Math.floor(random() * 20);
      return (sweep) => {
        const hour = (hourOf(sweep) + (dayOf(sweep) >= changed ? forward : 0) + 24) % 24;
        return night + (isWeekend(sweep) ? 0.2 : 1) * size * plateau(hour, 8, 18, ramp);
      };
    },
  },
  'twenty slots': {
    slots: [17, 22],
    shape: (draw, random) => {
      const [base, size] = [draw([20, 50], [20, 55]), draw([10, 25], [10, 25])];
      const noise = daily(random);
      return (sweep) => base + size * noise(sweep) * plateau(hourOf(sweep), 7, 20, 1);
    },
  },
  'scaled in saw teeth': {
    shape: (draw, random) => {
      const [floor, step, hours] = [draw([20, 40], [20, 45]), draw([3, 8], [3, 9]), draw([0.5, 3], [0.4, 4])];
      const most = Math.max(2, Math.round(draw([2, 5], [2, 5])));
      const start = random() * SWEEPS_A_DAY;
      return (sweep) => floor + step * (Math.floor((sweep + start) / (hours * 12)) % (most + 1));
    },
  },
  'deployments side by side': {
    shape: (draw, random) => {
      const base = draw([20, 42], [20, 44]);
      const [chance, hours, ramp] = [
        draw([0.1, 0.4], [0.1, 0.4]),
        draw([0.5, 2], [0.5, 3]),
        draw([0.1, 0.3], [0.05, 0.5]),
      ];
      const [whether, when] = [daily(random), daily(random)];
      return (sweep) => {
        const from = 8 + 9 * when(dayOf(sweep));
        const isOn = !isWeekend(sweep) && whether(dayOf(sweep)) < chance;
        return base + (isOn ? base * plateau(hourOf(sweep), from, from + hours + 2 * ramp, ramp) : 0);
      };
    },
  },
  'weekly batch': {
    shape: (draw) => {
      const [base, size] = [draw([20, 40], [20, 45]), draw([20, 45], [20, 45])];
      const [from, hours, day] = [
        draw([0, 20], [0, 20]),
        draw([0.5, 3], [0.3, 4]),
        Math.floor(draw([0, 7], [0, 7])),
      ];
      return (sweep) =>
        base + (dayOf(sweep) % 7 === day ? size * plateau(hourOf(sweep), from, from + hours, 0.2) : 0);
    },
  },
  'campaigns at any time': {
    shape: (draw, random) => {
      const [base, most, chance] = [
        draw([20, 40], [20, 45]),
        draw([15, 40], [15, 42]),
        draw([0.05, 0.2], [0.05, 0.25]),
      ];
      const [whether, when, size] = [daily(random), daily(random), daily(random)];
      return (sweep) => {
        const day = dayOf(sweep);
        const since = hourOf(sweep) - 18 * when(day);
        if (whether(day) > chance || since < 0) return base;
        return base + most * size(day) * Math.min(1, since * 6) * Math.exp(-Math.max(0, since - 0.2) / 1.5);
      };
    },
  },
} as const satisfies Readonly<Record<string, Form>>;

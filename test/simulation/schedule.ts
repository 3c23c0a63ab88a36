import { PERIOD_MS } from './simulated-cell.ts';
import type { Stage } from './stage.ts';

/** The scheduler: an event for each period, or none, or two. */
export function beginSchedule(stage: Stage, until: number): void {
  const { time, weather, send } = stage;
  const tick = (period: number) => {
    if (period > until) return;
    time.at(period, () => {
      for (let sent = 0; sent < weather.schedules(period); sent += 1)
        send.dispatch({ kind: 'period', at: period });
      tick(period + PERIOD_MS);
    });
  };
  tick(Math.ceil(time.now() / PERIOD_MS) * PERIOD_MS);
}

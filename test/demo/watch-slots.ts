import type { TestServer } from '../support/postgres-server.ts';
import { columns, isLive, line, redraw } from './narration.ts';
import { sessionsInLog } from './sessions-in-log.ts';
import { slotsBar, slotsLine } from './slots-bar.ts';

const EVERY_MS = 120;
/** Without a terminal a line is printed when so large a part of the slots was taken or freed. */
const PARTS = 4;

/** Shows how the slots change until its end: a bar on a terminal, now and then a line elsewhere. */
export function watchSlots(server: TestServer, usable: number): Disposable {
  const slotsNow = () => ({ ...sessionsInLog(server.log(), isOurs), usable });
  const partOf = (used: number) => Math.floor((used / usable) * PARTS);
  let [turn, told] = [0, slotsNow().used];
  const tell = () => {
    const slots = slotsNow();
    if (slots.used !== told) line(slotsLine(slots));
    told = slots.used;
  };
  const look = () => {
    if (isLive) redraw(slotsBar(slotsNow(), columns() - 9, turn++));
    else if (partOf(slotsNow().used) !== partOf(told)) tell();
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      redraw('');
      tell();
    },
  };
}

/** Sessions of the stage and of the functions. */
function isOurs(user: string): boolean {
  return user === 'postgres' || user === 'headroom';
}

import type { Filling } from './sessions-in-log.ts';

const TURNING = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const BAR = { fewest: 10, most: 30 } as const;

export type Slots = Filling & { readonly usable: number };

/** One line for a terminal that is this wide, which is drawn again and again. */
export function slotsBar(slots: Slots, columns: number, turn: number): string {
  const { used, usable } = slots;
  const width = Math.max(BAR.fewest, Math.min(BAR.most, columns - 40));
  const full = Math.min(width, Math.round((used / usable) * width));
  const bar = `${TURNING[turn % TURNING.length]} ${'█'.repeat(full)}${'░'.repeat(width - full)}  ${used} of ${usable}`;
  const room = columns - bar.length - 3;
  return `${bar}  ${programsIn(slots, room)}`.trimEnd();
}

/** The same where lines cannot be drawn again. */
export function slotsLine(slots: Slots): string {
  return `${slots.used} of ${slots.usable} slots used: ${programsIn(slots, 70)}`.replace(/: $/, '');
}

/** As many of the largest programs as there is room for. */
function programsIn({ programs }: Filling, room: number): string {
  let text = '';
  for (const [name, count] of programs) {
    const more = `${text}${text === '' ? '' : ', '}${name} ${count}`;
    if (more.length > room) break;
    text = more;
  }
  return text;
}

import type { Size } from '../render/terminal/watch-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const ERASE_LINE = '\u001b[K';
const ERASE_BELOW = '\u001b[J';
const INTERRUPT = '\u0003';

/** A screen of its own on the terminal, until a key leaves it. */
export type LiveScreen = {
  readonly size: () => Size;
  /** Draws over what is there, in one write, so that nothing flickers. */
  readonly draw: (text: string) => void;
  /** Resolves after this time, or with the exit code when a key leaves the screen. */
  readonly wait: (ms: number) => Promise<ExitCode | null>;
  /** Gives the terminal back as it was. */
  readonly close: () => void;
};

/** True where a live screen can be shown and left. */
export function hasLiveScreen(): boolean {
  return process.stdout.isTTY === true && process.stdin.isTTY === true;
}

export function openLiveScreen(): LiveScreen {
  const { stdin, stdout } = process;
  const left = Promise.withResolvers<ExitCode>();
  const onKey = (bytes: Buffer) => {
    const keys = bytes.toString('latin1');
    if (keys.includes(INTERRUPT)) left.resolve(EXIT.interrupted);
    else if (/q/i.test(keys)) left.resolve(EXIT.done);
  };
  const resized = { wake: () => {} };
  const onResize = () => resized.wake();
  stdin.setRawMode(true);
  stdin.on('data', onKey).resume();
  stdout.on('resize', onResize);
  stdout.write(ENTER);
  return {
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    draw: (text) => {
      const lines = text.split('\n').map((line) => `${line}${ERASE_LINE}`);
      stdout.write(`${HOME}${lines.join('\r\n')}${ERASE_BELOW}`);
    },
    wait: async (ms) => {
      let timer: NodeJS.Timeout | undefined;
      const time = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), ms);
        resized.wake = () => resolve(null);
      });
      return await Promise.race([left.promise, time]).finally(() => clearTimeout(timer));
    },
    close: () => {
      stdin.off('data', onKey).pause();
      stdin.setRawMode(false);
      stdout.off('resize', onResize);
      stdout.write(LEAVE);
    },
  };
}

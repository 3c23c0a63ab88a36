import { open } from 'node:fs/promises';
import { ReadStream } from 'node:tty';
import { EXIT } from '../exit-code.ts';

const ENTER = /[\r\n]/;
const INTERRUPT = '\u0003';
const END = '\u0004';
const ERASE = /[\b\u007f]/;

/** Whether a person sees our questions and can answer them. */
export function canAsk(): boolean {
  return process.stderr.isTTY === true;
}

/**
 * Asks for a password and shows nothing of it. When standard input is a file or a pipe, it reads from the terminal itself.
 * Ctrl-C ends the command.
 */
export async function askPassword(question: string): Promise<string> {
  const terminal = await openTerminal();
  // Before the question: what is typed as soon as it appears must not be shown.
  terminal.input.setRawMode(true);
  process.stderr.write(question);
  try {
    return await typedLine(terminal.input);
  } finally {
    terminal.input.setRawMode(false);
    process.stderr.write('\n');
    await terminal.close();
  }
}

type Terminal = { readonly input: ReadStream; readonly close: () => Promise<void> };

async function openTerminal(): Promise<Terminal> {
  if (process.stdin.isTTY) {
    return { input: process.stdin, close: async () => void process.stdin.pause() };
  }
  const file = await open('/dev/tty', 'r');
  const input = new ReadStream(file.fd);
  return { input, close: async () => void input.destroy() };
}

function typedLine(input: ReadStream): Promise<string> {
  let line = '';
  return new Promise((resolve) => {
    const read = (bytes: Buffer) => {
      for (const key of bytes.toString('utf8')) {
        if (key === INTERRUPT) return interrupt(input);
        if (ENTER.test(key) || key === END) {
          input.off('data', read);
          return resolve(line);
        }
        line = ERASE.test(key) ? line.slice(0, -1) : line + key;
      }
    };
    input.on('data', read);
    input.resume();
  });
}

function interrupt(input: ReadStream): void {
  input.setRawMode(false);
  process.stderr.write('\n');
  process.exit(EXIT.interrupted);
}

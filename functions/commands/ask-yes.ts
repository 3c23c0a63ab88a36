import { createInterface } from 'node:readline';

/** Whether a person sees our questions and can answer them with standard input. */
export function canAnswer(): boolean {
  return process.stderr.isTTY === true && process.stdin.isTTY === true;
}

/** Asks on standard error. Only `y` and `yes` mean yes; the end of the input means no. */
export async function askYes(question: string): Promise<boolean> {
  process.stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
    process.stdin.pause();
  }
}

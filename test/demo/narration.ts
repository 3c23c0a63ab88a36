import { styleText } from 'node:util';

const startedAt = performance.now();

/** The demo's voice: numbered scenes, and under each what happens, with the seconds since the start. */
export function scene(number: number, title: string): void {
  console.log(`\n${styleText('bold', `${number}  ${title}`)}`);
}

export function line(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5);
  console.log(`${styleText('dim', `${seconds} s`)}  ${text}`);
}

/** Text from elsewhere, word for word, set apart by a bar. */
export function quote(text: string): void {
  const bar = styleText('dim', '│');
  for (const each of text.trimEnd().split('\n')) console.log(`         ${bar} ${each}`);
}

/** One thing that must be true at the end. */
export function verdict(holds: boolean, text: string): boolean {
  console.log(`         ${holds ? styleText('green', '✓') : styleText('red', '✗')} ${text}`);
  return holds;
}

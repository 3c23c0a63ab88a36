import { wrap } from '../render/base/layout.ts';
import type { AnyCommand, CommandSpec } from './command.ts';
import { EXIT } from './exit-code.ts';

/** The meaning of the exit codes that all commands share. */
const SHARED: CommandSpec<never>['exits'] = {
  badInput: 'bad usage or input',
  couldNot: 'could not do its job',
};

/** The exit codes of a command and their meaning, in their order. */
export function exitsOf({ exits }: Pick<AnyCommand, 'exits'>): readonly (readonly [number, string])[] {
  const meanings = { ...SHARED, ...exits };
  return Object.entries(EXIT).flatMap(([name, code]) => {
    const meaning = meanings[name as keyof typeof EXIT];
    return meaning === undefined ? [] : [[code, meaning] as const];
  });
}

/** What help says after the list of options. */
export function helpAfter(command: AnyCommand): string {
  const { examples, notes, topics = [] } = command;
  const exits = exitsOf(command).map(([code, meaning]) => `  ${String(code).padEnd(3)}  ${meaning}`);
  const parts = [
    [examples.length === 1 ? 'Example:' : 'Examples:', ...examples.map((line) => `  ${line}`)],
    ...(notes === undefined ? [] : [paragraphs(notes)]),
    ...topics.map(({ title, text }) => [`${title}:`, ...paragraphs(text)]),
    ['Exit codes:', ...exits],
  ];
  return parts.map((lines) => `\n${lines.join('\n')}`).join('\n');
}

/** Fills lines to the width of a terminal. Lines that begin with spaces are kept. */
function paragraphs(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, 0)));
}

import { COMMON_OPTIONS } from '../build-program.ts';
import type { AnyCommand, ArgumentSpec, OptionSpec } from '../command.ts';

/** What may stand after an option, or as an argument. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'other' };

export type CompletedOption = {
  /** With its hyphens; the short form after the long one. */
  readonly names: readonly string[];
  readonly about: string;
  /** Null for an option without a value. */
  readonly value: Values | null;
};

/** What may follow these words. */
export type Completed = {
  readonly words: readonly string[];
  readonly about: string;
  /** The next words of a group of commands. */
  readonly next: readonly { readonly word: string; readonly about: string }[];
  readonly options: readonly CompletedOption[];
  readonly argument: Values;
};

const HELP: CompletedOption = { names: ['--help', '-h'], about: 'print help', value: null };
const VERSION: CompletedOption = { names: ['--version'], about: 'print version and commit', value: null };

/** Every place of the command line that a shell can complete. The program itself comes first. */
export function completionsOf(
  commands: readonly AnyCommand[],
  groups: Readonly<Record<string, string>>,
): readonly Completed[] {
  const nextAfter = (words: readonly string[]) => {
    const prefix = words.map((word) => `${word} `).join('');
    const below = commands
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, summary }) => {
        const word = name.slice(prefix.length).split(' ')[0] ?? '';
        return { word, about: groups[`${prefix}${word}`] ?? summary };
      });
    return [...new Map(below.map((each) => [each.word, each])).values()];
  };
  const nothing = { argument: { kind: 'other' }, about: '' } as const;
  return [
    { words: [], ...nothing, next: nextAfter([]), options: [HELP, VERSION] },
    ...Object.keys(groups).map((name) => ({
      words: [name],
      ...nothing,
      next: nextAfter([name]),
      options: [HELP],
    })),
    ...commands.map((command) => completedCommand(command, command.name === 'help' ? nextAfter([]) : [])),
  ];
}

function completedCommand(
  { name, summary, arguments: args = [], options = [] }: AnyCommand,
  next: Completed['next'],
): Completed {
  return {
    words: name.split(' '),
    about: summary,
    next,
    options: [...[...options, ...COMMON_OPTIONS].map(completedOption), HELP],
    argument: args[0] === undefined ? { kind: 'other' } : valuesOf(args[0].form, args[0]),
  };
}

function completedOption(option: OptionSpec): CompletedOption {
  const [, short, long = '', value] = /^(?:(-\w), )?(--[\w-]+)(?: (.+))?$/.exec(option.flags) ?? [];
  return {
    names: [long, ...(short === undefined ? [] : [short])],
    about: option.about,
    value: value === undefined ? null : valuesOf(value, option),
  };
}

const FILES = /file|record/;

function valuesOf(form: string, { choices }: Pick<OptionSpec | ArgumentSpec, 'choices'>): Values {
  if (choices !== undefined) return { kind: 'words', words: choices };
  return { kind: FILES.test(form) ? 'file' : 'other' };
}

import type { EXIT, ExitCode } from './exit-code.ts';

/** An option as commander writes it: `--policy <file>`, or `-q, --quiet`. */
export type OptionSpec = {
  readonly flags: string;
  readonly about: string;
  readonly choices?: readonly string[];
  /** The value when the option is not given, as help and documents show it. */
  readonly fallback?: string;
  /** @throws InvalidArgumentError */
  readonly parse?: (text: string) => unknown;
  readonly isRequired?: true;
  /** The other option, without its hyphens, that excludes this one. */
  readonly conflicts?: string;
};

/** An argument as commander writes it: `<file>`, `[server]` or `<pid...>`. */
export type ArgumentSpec = {
  readonly form: string;
  readonly about: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
  /** `before` is the value so far of an argument that may be repeated. */
  readonly parse?: (text: string, before: unknown) => unknown;
};

/** A part of the help that several commands share. */
export type HelpTopic = { readonly title: string; readonly text: string };

/**
 * One command. Help, shell completion, the man page and docs/guide/commands.md are made of this.
 * `notes` and the text of topics are paragraphs; lines that begin with spaces are kept as they are.
 */
export type CommandSpec<Given> = {
  /** With its group before it: `policy check`. */
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  readonly notes?: string;
  readonly topics?: readonly HelpTopic[];
  /** What the exit codes mean. Those for bad input and for failure are the same for all commands. */
  readonly exits: Partial<Readonly<Record<keyof typeof EXIT, string>>>;
  /** Gets arguments and options by their names, and the table of all commands. */
  readonly run: (given: Given, commands: readonly AnyCommand[]) => ExitCode | Promise<ExitCode>;
};

/** A command in the table, whatever it is given. */
export type AnyCommand = CommandSpec<never>;

export const JSON_OPTION: OptionSpec = {
  flags: '--json',
  about: 'print JSON instead of text, errors too',
};

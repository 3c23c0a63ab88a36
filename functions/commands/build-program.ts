import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { CODE_VERSION, isBuilt } from '../core/base/code-version.ts';
import type { AnyCommand, ArgumentSpec, OptionSpec } from './command.ts';
import { helpAfter } from './help-text.ts';
import { setLoudness } from './terminal.ts';

export const VERSION = isBuilt ? CODE_VERSION : packageJson.version;

export const ABOUT =
  'Gives a full PostgreSQL its connection slots back, safely, and reports which programs took them.';

const HELP = `
Examples:
  headroom plan orders
  headroom plan --url postgres://headroom@db.example.com
  headroom plan --snapshot incident.json --policy policy.json
headroom help COMMAND shows the options, examples and exit codes of a command.`;

/** Options of every command. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { flags: '-q, --quiet', about: 'print results and errors only' },
  {
    flags: '-v, --verbose',
    about: 'also print what the run logs, and the code of an error',
    conflicts: 'quiet',
  },
];

type Groups = Readonly<Record<string, string>>;

/** The program that reads the command line, made of the table of commands. */
export function buildProgram(commands: readonly AnyCommand[], groups: Groups): Command {
  const program = new Command('headroom')
    .description(ABOUT)
    .version(VERSION, '--version', 'print version and commit')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .addHelpText('after', HELP)
    // Without it, `--version` of a subcommand would be the program's.
    .enablePositionalOptions()
    .exitOverride();
  const parents = new Map(
    Object.entries(groups).map(([name, about]) => [name, groupOf(program, name, about)]),
  );
  for (const spec of commands) {
    const words = spec.name.split(' ');
    const parent = words.length === 1 ? program : (parents.get(words[0] ?? '') ?? program);
    addCommand(parent, words.at(-1) ?? '', spec, commands);
  }
  for (const [name, group] of parents)
    group.addHelpText('after', examplesOf(commands.filter((spec) => spec.name.startsWith(`${name} `))));
  return program;
}

function groupOf(program: Command, name: string, about: string): Command {
  return program
    .command(name)
    .description(about)
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showHelpAfterError(`See headroom help ${name}.`);
}

function examplesOf(commands: readonly AnyCommand[]): string {
  return `\nExamples:\n${commands.flatMap(({ examples }) => examples.map((line) => `  ${line}`)).join('\n')}`;
}

function addCommand(parent: Command, name: string, spec: AnyCommand, commands: readonly AnyCommand[]): void {
  const command = parent
    .command(name)
    .description(spec.summary)
    .helpOption('-h, --help', 'print help')
    .showHelpAfterError(spec.name === 'help' ? 'See headroom help.' : `See headroom help ${spec.name}.`);
  for (const each of spec.arguments ?? []) command.addArgument(argumentOf(each));
  for (const each of [...(spec.options ?? []), ...COMMON_OPTIONS]) command.addOption(optionOf(each));
  command.addHelpText('after', helpAfter(spec)).action(async () => {
    const options: Readonly<Record<string, unknown>> = command.opts();
    const named = command.registeredArguments.map((each, at) => [each.name(), command.processedArgs[at]]);
    const [twice] = named.filter(([key, value]) => value !== undefined && Object.hasOwn(options, key));
    if (twice !== undefined)
      command.error(`error: Give the ${twice[0]} once: as an argument or with --${twice[0]}.`);
    setLoudness(options);
    const given = { ...options, ...Object.fromEntries(named.filter(([, value]) => value !== undefined)) };
    try {
      process.exitCode = await spec.run(given as never, commands);
    } catch (thrown) {
      if (thrown instanceof InvalidArgumentError) command.error(`error: ${thrown.message}`);
      throw thrown;
    }
  });
}

function argumentOf({ form, about, choices, fallback, parse }: ArgumentSpec): Argument {
  const argument = new Argument(form, about);
  if (choices !== undefined) argument.choices(choices);
  if (fallback !== undefined) argument.default(fallback);
  if (parse !== undefined) argument.argParser(parse);
  return argument;
}

function optionOf({ flags, about, choices, fallback, parse, isRequired, conflicts }: OptionSpec): Option {
  const option = new Option(flags, about);
  if (choices !== undefined) option.choices(choices);
  if (fallback !== undefined) option.default(fallback);
  if (parse !== undefined) option.argParser(parse);
  if (isRequired) option.makeOptionMandatory();
  if (conflicts !== undefined) option.conflicts(conflicts);
  return option;
}

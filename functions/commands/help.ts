import { type Command, InvalidArgumentError } from 'commander';
import { buildProgram } from './build-program.ts';
import type { CommandSpec } from './command.ts';
import { GROUPS } from './command-groups.ts';
import { EXIT } from './exit-code.ts';

export const help: CommandSpec<{ readonly command: readonly string[] }> = {
  name: 'help',
  summary: 'Print help about headroom, or about one command.',
  arguments: [{ form: '[command...]', about: 'the words of the command' }],
  examples: ['headroom help', 'headroom help policy check'],
  exits: { done: 'done' },
  run: ({ command: words = [] }, commands) => {
    const found = words.reduce<Command>(subcommand, buildProgram(commands, GROUPS));
    found.outputHelp();
    return EXIT.done;
  },
};

/** Of a word that is no command, the program itself says which one is meant. */
function subcommand(command: Command, word: string): Command {
  const found = command.commands.find((each) => each.name() === word);
  if (found !== undefined) return found;
  if (command.commands.length > 0) command.parse([word], { from: 'user' });
  throw new InvalidArgumentError(`Found ${JSON.stringify(word)}, expected no more words.`);
}

import { type Command, CommanderError } from 'commander';
import { coerceError, type Problem } from '../core/base/errors.ts';
import { COMMANDS } from './all-commands.ts';
import { buildProgram } from './build-program.ts';
import { GROUPS } from './command-groups.ts';
import { EXIT, type ExitCode, exitCodeOfError } from './exit-code.ts';
import { printError } from './terminal.ts';

/** The `headroom` command for these arguments. Each command sets the exit code; errors end in `exitCodeFor`. */
export function headroom(args: readonly string[]): Command {
  const program = buildProgram(COMMANDS, GROUPS);
  const usageError = (text: string) => printUsageError(withoutSecrets(text, args), args);
  for (const command of everyCommand(program)) {
    command.exitOverride();
    command.configureOutput({
      // Hints after an error are for people.
      writeErr: (text) => wantsJson(args) || process.stderr.write(withoutSecrets(text, args)),
      outputError: usageError,
    });
  }
  return program;
}

function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function wantsJson(args: readonly string[]): boolean {
  return args.includes('--json');
}

function printUsageError(text: string, args: readonly string[]): void {
  if (!wantsJson(args)) process.stderr.write(text);
  else if (text.startsWith('error: '))
    printError({ code: 'config-invalid', message: text.replace(/^error: /, '').trim() }, { json: true });
}

/** The address of a kept record. It has no place for a password. */
const RECORD_ADDRESS = /^s3:\/\/[^@]*$/;

/** Errors quote the arguments, and after a typing error one of them may be a URL with its password. */
function withoutSecrets(text: string, args: readonly string[]): string {
  return args
    .flatMap((arg) => (arg.startsWith('-') ? [arg.slice(arg.indexOf('=') + 1)] : [arg]))
    .filter((arg) => /:\/\/.|@/.test(arg) && !RECORD_ADDRESS.test(arg))
    .toSorted((a, b) => b.length - a.length)
    .reduce((cleaned, arg) => cleaned.replaceAll(arg, '(not shown: it may hold a password)'), text);
}

/** Prints the error, unless it was printed already. */
export function exitCodeFor(thrown: unknown, args: readonly string[]): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.badInput;
  const { code, message } = coerceError(thrown);
  const problem: Problem = { code, message: withoutSecrets(message, args) };
  printError(problem, { json: wantsJson(args) });
  return exitCodeOfError(code);
}

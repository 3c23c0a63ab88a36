import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { CODE_VERSION, isBuilt } from '../core/base/code-version.ts';
import { coerceError } from '../core/base/errors.ts';
import { addDoctor } from './doctor.ts';
import { EXIT, type ExitCode, exitCodeOfError } from './exit-code.ts';
import { addMemory } from './memory.ts';
import { addPause } from './pause.ts';
import { addPlan } from './plan.ts';
import { addPolicy } from './policy.ts';
import { addPreflight } from './preflight.ts';
import { addRemediate } from './remediate.ts';
import { addReport } from './report.ts';
import { addRoleSql } from './role-sql.ts';
import { addSchema } from './schema.ts';
import { addShow } from './show.ts';
import { addSnapshot } from './snapshot.ts';
import { printError } from './terminal.ts';
import { addTerminate } from './terminate.ts';

const HELP = `
Examples:
  headroom plan --url postgres://headroom@db.example.com
  headroom plan --snapshot incident.json --policy policy.json
Every command has a --help of its own.`;

/** The `headroom` command. Commands set the exit code themselves; their errors end here. */
export function headroom(args: readonly string[]): Command {
  const program = new Command('headroom')
    .description(
      'Gives a full PostgreSQL its connection slots back, safely, and reports which programs took them.',
    )
    .version(isBuilt ? CODE_VERSION : packageJson.version)
    .helpCommand(false)
    .showHelpAfterError('See --help.')
    .configureOutput({ writeErr: (text) => process.stderr.write(withoutSecrets(text, args)) })
    .addHelpText('after', HELP)
    // Without it, `--version` of a subcommand would be the program's.
    .enablePositionalOptions()
    .exitOverride();
  for (const add of [
    addPlan,
    addRemediate,
    addTerminate,
    addPause,
    addMemory,
    addDoctor,
    addRoleSql,
    addSnapshot,
    addPolicy,
    addShow,
    addReport,
    addSchema,
    addPreflight,
  ])
    add(program);
  return program;
}

/** The address of a kept record. It has no place for a password. */
const RECORD_ADDRESS = /^s3:\/\/[^@]*$/;

/** Errors quote the arguments, and after a typing error one of them may be a URL with its password. */
function withoutSecrets(text: string, args: readonly string[]): string {
  return args
    .flatMap((arg) => [arg, arg.slice(arg.indexOf('=') + 1)])
    .filter((arg) => /:\/\/|@/.test(arg) && !RECORD_ADDRESS.test(arg))
    .toSorted((a, b) => b.length - a.length)
    .reduce((cleaned, arg) => cleaned.replaceAll(arg, '(not shown: it may hold a password)'), text);
}

/** Prints the error, unless it was printed already. */
export function exitCodeFor(thrown: unknown, args: readonly string[]): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.badInput;
  const { code, message } = coerceError(thrown);
  printError(withoutSecrets(message, args));
  return exitCodeOfError(code);
}

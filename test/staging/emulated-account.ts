import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageStacks } from '../../infra/package/package-stacks.ts';
import { emulatorCli } from './emulator-cli.ts';

export type Ran = { readonly code: number | null; readonly text: string };

/** An account in an emulator of AWS (moto 5.2) that is started by hand: `moto_server -p 5000`. */
export type EmulatedAccount = {
  /** Runs a program against the account. What it printed is added to the file `log` of the folder. */
  readonly ran: (cwd: string, command: string, ...args: readonly string[]) => Ran;
  /** What a call of the AWS CLI prints. */
  readonly aws: (...args: readonly string[]) => string;
  /** Writes the package of a declaration, and runs its script. */
  readonly deploy: (context: Readonly<Record<string, unknown>>, ...args: readonly string[]) => Ran;
};

/** The bucket of the account that takes the zipped assets. */
export const ASSETS = 'assets-of-the-emulator';

export type Template = { readonly Resources: Readonly<Record<string, { readonly Type: string }>> };

/**
 * @param changed a packaged template as the emulator can take it.
 * @throws Error without a folder, and with an address that is not this machine's.
 */
export function emulatedAccount(
  folder: string | undefined,
  changed: (stack: string, template: Template) => Template = (_, template) => template,
): EmulatedAccount {
  const endpoint = process.env.AWS_ENDPOINT_URL ?? '';
  if (folder === undefined || !/^http:\/\/(localhost|127\.0\.0\.1):\d+$/.test(endpoint))
    throw new Error('Name a folder, and set AWS_ENDPOINT_URL to an emulator on this machine.');
  mkdirSync(folder, { recursive: true });
  const env = {
    ...process.env,
    ...emulatorCli(folder),
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    ...{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' },
  };
  const ran: EmulatedAccount['ran'] = (cwd, command, ...args) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
    const text = `${stdout}${stderr}`;
    appendFileSync(join(folder, 'log'), `$ ${command} ${args.join(' ')}\n${text}exit ${status}\n`);
    return { code: status, text };
  };
  // Not every version of the CLI asks every service at AWS_ENDPOINT_URL.
  const aws: EmulatedAccount['aws'] = (...args) =>
    ran(folder, 'aws', ...args, '--output', 'text', '--endpoint-url', endpoint).text.trim();
  aws('s3', 'mb', `s3://${ASSETS}`);
  return {
    ran,
    aws,
    deploy: (context, ...args) => {
      const place = join(folder, 'package');
      packageStacks(context, place);
      for (const name of readdirSync(join(place, 'templates'))) {
        const file = join(place, 'templates', name);
        const template = changed(name.replace('.json', ''), JSON.parse(readFileSync(file, 'utf8')));
        writeFileSync(file, templateText(template));
      }
      return ran(place, 'sh', 'deploy.sh', ...(args[0] === '--undo' ? args : [ASSETS, ...args]));
    },
  };
}

/** The text of a template. The emulator knows no ARN of an alarm. */
export function templateText(template: Template): string {
  return JSON.stringify(template, null, 1).replaceAll(
    /\{\s*"Fn::GetAtt":\s*\[\s*"\w*Alarm\w*",\s*"Arn"\s*\]\s*\}/g,
    '"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:of-the-emulator"',
  );
}

/** The words of what the AWS CLI printed, in their order. */
export function wordsOf(text: string): readonly string[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '' && word !== 'None')
    .toSorted();
}

/** Prints a line, and lets the script fail where it is false. */
export function expectThat(what: string, found: unknown, expected: unknown): void {
  const isSame = JSON.stringify(found) === JSON.stringify(expected);
  console.log(`${isSame ? 'true ' : 'FALSE'} ${what}${isSame ? '' : `: ${JSON.stringify(found)}`}`);
  if (!isSame) process.exitCode = 1;
}

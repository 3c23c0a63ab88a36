import { buildProgram } from '../../functions/commands/build-program.ts';
import type { AnyCommand } from '../../functions/commands/command.ts';
import { GROUPS } from '../../functions/commands/command-groups.ts';

/** A command line that a document shows. */
export type ShownLine = { readonly document: string; readonly line: string };

const BEFORE = /^(?:\S+ \| |\$ )?(?:npm run -s headroom --|headroom) (?=\S)/;

/** The command lines in the code blocks of a document, continued lines as one. */
export function linesIn(document: string, text: string): readonly ShownLine[] {
  const blocks = [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => line.trim().replace(/^.* \| (?=headroom )/, ''))
      .filter((line) => BEFORE.test(line))
      .map((line) => ({ document, line })),
  );
}

/** The words after `headroom`, as a shell reads them, without pipes, redirections and comments. */
export function argumentsOf(line: string): readonly string[] {
  const rest = line.replace(BEFORE, '');
  const words: string[] = [];
  for (const [word] of rest.matchAll(/'[^']*'|"[^"]*"|[^\s'"]+(?:"[^"]*")?/g)) {
    if (/^([|>#;&]|\d?>)/.test(word)) break;
    words.push(word.replace(/^(['"])(.*)\1$/, '$2'));
  }
  return words;
}

/** Why the command line would be refused as wrong usage; null when it would run. Nothing runs. */
export async function refusalOf(
  commands: readonly AnyCommand[],
  args: readonly string[],
): Promise<string | null> {
  const exitCode = process.exitCode;
  let refusal: string | null = null;
  const program = buildProgram(
    commands.map((command) => ({ ...command, run: () => 0 })),
    GROUPS,
  );
  for (const command of [program, ...program.commands, ...program.commands.flatMap((each) => each.commands)])
    command.exitOverride().configureOutput({
      writeOut: () => {},
      writeErr: () => {},
      outputError: (text) => {
        refusal ??= text;
      },
    });
  await program.parseAsync(args, { from: 'user' }).catch(() => {});
  process.exitCode = exitCode;
  return refusal;
}

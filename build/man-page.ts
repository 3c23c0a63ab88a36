import { ABOUT, COMMON_OPTIONS } from '../functions/commands/build-program.ts';
import type { AnyCommand, HelpTopic, OptionSpec } from '../functions/commands/command.ts';
import { exitsOf } from '../functions/commands/help-text.ts';
import packageJson from '../package.json' with { type: 'json' };
import { aboutOption } from './commands-document.ts';

/** The page that `man headroom` shows, in the language of roff. */
export function manPage(commands: readonly AnyCommand[]): string {
  const topics = [...new Set(commands.flatMap((command) => command.topics ?? []))];
  return [
    `.TH HEADROOM 1 "" "pg-headroom ${packageJson.version}"`,
    // Ragged right, without hyphens: names of options stay whole.
    '.ad l',
    '.nh',
    '.SH NAME',
    `headroom \\- ${roff('gives a full PostgreSQL its connection slots back')}`,
    '.SH SYNOPSIS',
    '.B headroom\n.I command\n[options]',
    '.SH DESCRIPTION',
    roff(ABOUT),
    '.SH OPTIONS OF EVERY COMMAND',
    ...COMMON_OPTIONS.map(option),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    ...topics.flatMap(topicLines),
    '',
  ].join('\n');
}

function commandLines(command: AnyCommand): readonly string[] {
  const { name, summary, arguments: args = [], options = [], examples, notes } = command;
  return [
    `.SS headroom ${roff([name, ...args.map(({ form }) => form)].join(' '))}`,
    roff(summary),
    ...args.map(({ form, ...more }) => option({ flags: form, ...more })),
    ...options.map(option),
    ...(notes === undefined ? [] : ['.PP', ...paragraphs(notes)]),
    '.PP\nExamples:\n.nf',
    ...examples.map((line) => roff(`  ${line}`)),
    '.fi\n.PP\nExit codes: ' +
      roff(
        exitsOf(command)
          .map(([code, text]) => `${code}, ${text}`)
          .join('; '),
      ) +
      '.',
  ];
}

function topicLines({ title, text }: HelpTopic): readonly string[] {
  return [`.SH ${roff(title.toUpperCase())}`, ...paragraphs(text)];
}

type Row = Pick<OptionSpec, 'flags' | 'about' | 'choices' | 'fallback' | 'isRequired'>;

function option(row: Row): string {
  return `.TP\n.B ${roff(row.flags)}\n${roff(aboutOption(row))}`;
}

function paragraphs(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => (line.startsWith(' ') ? `.nf\n${roff(line)}\n.fi` : `.PP\n${roff(line)}`));
}

/** A hyphen of roff is not the one that people type, and a dot or quote at the start of a line is a request. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

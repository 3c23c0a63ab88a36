import { ABOUT, COMMON_OPTIONS } from '../functions/commands/build-program.ts';
import type { AnyCommand, HelpTopic, OptionSpec } from '../functions/commands/command.ts';
import { exitsOf } from '../functions/commands/help-text.ts';

const HEAD = `# The command line

${ABOUT} \`npm run -s headroom --\` runs it in a clone; the published package installs it as \`headroom\`. \`headroom help COMMAND\` prints what is here. This document and the man page \`dist/man/headroom.1\` are made from the commands by \`npm run documents\`.

Results go to standard output, notes and errors to standard error. With \`--json\`, an error is one line of JSON too: \`{"error":{"code":"…","message":"…"}}\`. Colours are used on a terminal only, and never when NO_COLOR is set. Ctrl-C ends a command with exit code 130.`;

/** docs/guide/commands.md. */
export function commandsDocument(commands: readonly AnyCommand[]): string {
  const topics = new Set(commands.flatMap((command) => command.topics ?? []));
  return [
    HEAD,
    `## Options of every command\n\n${optionTable(COMMON_OPTIONS)}`,
    ...commands.map(commandSection),
    ...[...topics].map(topicSection),
  ]
    .join('\n\n')
    .concat('\n');
}

function commandSection(command: AnyCommand): string {
  const { name, summary, arguments: args = [], options = [], examples, notes, topics = [] } = command;
  const forms = args.map(({ form }) => form);
  const usage = ['headroom', name, ...(options.length > 0 ? ['[options]'] : []), ...forms].join(' ');
  const rows = [...args.map(({ form, ...more }) => ({ flags: form, ...more })), ...options];
  const links = topics.map(({ title }) => `[${title}](#${anchor(title)})`);
  return [
    `## ${name}`,
    summary,
    `\`${usage}\``,
    ...(rows.length > 0 ? [optionTable(rows)] : []),
    `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
    ...(notes === undefined ? [] : [markdown(notes)]),
    `Exit codes: ${exitsOf(command)
      .map(([code, meaning]) => `${code}, ${meaning}`)
      .join('; ')}.`,
    ...(links.length > 0 ? [`See also: ${links.join(', ')}.`] : []),
  ].join('\n\n');
}

function topicSection({ title, text }: HelpTopic): string {
  return `## ${title}\n\n${markdown(text)}`;
}

function anchor(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}

/** Paragraphs, with lines that begin with spaces as blocks of code. */
function markdown(text: string): string {
  return text
    .split(/\n(?! )|(?<=^(?! ).*)\n(?= )/m)
    .map((part) => (part.startsWith(' ') ? `\`\`\`text\n${part.replace(/^ {2}/gm, '')}\n\`\`\`` : part))
    .join('\n\n');
}

type Row = Pick<OptionSpec, 'flags' | 'about' | 'choices' | 'fallback' | 'isRequired'>;

function optionTable(rows: readonly Row[]): string {
  const cells = rows.map((each) => [`\`${each.flags}\``, aboutOption(each).replaceAll('|', '\\|')] as const);
  const all = [['option', 'meaning'] as const, ...cells];
  const widths = [0, 1].map((at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(['option', 'meaning']), line(rule), ...cells.map(line)].join('\n');
}

/** The meaning of an option, with its choices and its default. */
export function aboutOption({ about, choices, fallback, isRequired }: Row): string {
  const more = [
    ...(isRequired ? ['required'] : []),
    ...(choices === undefined ? [] : [choices.join(', ')]),
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
  ];
  return more.length === 0 ? about : `${about} (${more.join('; ')})`;
}

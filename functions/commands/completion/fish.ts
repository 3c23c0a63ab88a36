import type { Completed, CompletedOption } from './completions-of.ts';

/** For fish 3 and later. */
export function fishCompletion(all: readonly Completed[]): string {
  const known = all.filter(({ words }) => words.length > 0).map(({ words }) => words.join(' '));
  return `# fish completion for headroom, made by "headroom completion fish".
function __headroom_at
    set -l command
    for each in (commandline -opc)[2..-1]
        if contains -- (string trim "$command $each") ${known.map((name) => quoted(name)).join(' ')}
            set command (string trim "$command $each")
        end
    end
    test "$command" = "$argv[1]"
end
complete -c headroom -f
${all.flatMap(completions).join('\n')}
`;
}

function completions({ words, next, options, argument }: Completed): readonly string[] {
  const at = `complete -c headroom -n ${quoted(`__headroom_at ${quoted(words.join(' '))}`)}`;
  const values = argument.kind === 'words' ? argument.words : [];
  return [
    ...next.map(({ word, about }) => `${at} -a ${quoted(word)} -d ${quoted(about)}`),
    ...(values.length > 0 ? [`${at} -a ${quoted(values.join(' '))}`] : []),
    ...(argument.kind === 'file' ? [`${at} -F`] : []),
    ...options.map((option) => `${at} ${optionText(option)}`),
  ];
}

function optionText({ names, about, value }: CompletedOption): string {
  const [long = '', short] = names;
  const flags = `-l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}`;
  const values =
    value === null
      ? ''
      : value.kind === 'words'
        ? ` -x -a ${quoted(value.words.join(' '))}`
        : value.kind === 'file'
          ? ' -r -F'
          : ' -x';
  return `${flags} -d ${quoted(about)}${values}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

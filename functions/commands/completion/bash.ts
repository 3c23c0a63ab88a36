import type { Completed, CompletedOption, Values } from './completions-of.ts';

/** Names of files may have spaces. bash 3.2, which macOS has, knows no compopt. */
const FILES = `local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$word")); compopt -o filenames 2>/dev/null`;

/** For bash 3.2 and later. It needs no other package. */
export function bashCompletion(all: readonly Completed[]): string {
  return `# bash completion for headroom, made by "headroom completion bash".
_headroom() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command="" each
  COMPREPLY=()
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $each" in
${all
  .filter(({ words }) => words.length > 0)
  .map(({ words }) => `      ${pattern(words)}) command="$command $each" ;;`)
  .join('\n')}
    esac
  done
  case "$command" in
${all.map(commandCase).join('\n')}
  esac
}
complete -F _headroom headroom
`;
}

function pattern(words: readonly string[]): string {
  return `" ${words.join(' ')}"`;
}

function commandCase({ words, next, options, argument }: Completed): string {
  const withValue = options.filter(({ value }) => value !== null);
  const names = options.flatMap((option) => option.names);
  const values = [...next.map(({ word }) => word), ...(argument.kind === 'words' ? argument.words : [])];
  const rest = argument.kind === 'file' ? FILES : reply(values);
  return `    "${words.map((word) => ` ${word}`).join('')}")
      case "$before" in
${withValue.map(optionCase).join('\n')}
        *)
          if [[ $word == -* ]]; then ${reply(names)}
          else ${rest}; fi ;;
      esac ;;`.replace('in\n\n', 'in\n');
}

function optionCase({ names, value }: CompletedOption): string {
  return `        ${names.join('|')}) ${value === null ? ':' : valueReply(value)} ;;`;
}

function valueReply(value: Values): string {
  if (value.kind === 'words') return reply(value.words);
  return value.kind === 'file' ? FILES : ':';
}

function reply(words: readonly string[]): string {
  return words.length === 0 ? ':' : `COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$word"))`;
}

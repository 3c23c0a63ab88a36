import type { Completed, CompletedOption, Values } from './completions-of.ts';

/** For zsh with its completion system. */
export function zshCompletion(all: readonly Completed[]): string {
  return `#compdef headroom
# zsh completion for headroom, made by "headroom completion zsh".
_headroom() {
  local command="" each before="\${words[CURRENT-1]}" word="\${words[CURRENT]}"
  local -a options next
  for each in "\${(@)words[2,CURRENT-1]}"; do
    case "$command $each" in
${all
  .filter(({ words }) => words.length > 0)
  .map(({ words }) => `      " ${words.join(' ')}") command="$command $each" ;;`)
  .join('\n')}
    esac
  done
  case "$command" in
${all.map(commandCase).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_headroom" ]; then _headroom "$@"; else compdef _headroom headroom; fi
`;
}

function commandCase({ words, next, options, argument }: Completed): string {
  const values = options.flatMap((option) =>
    option.value === null ? [] : [optionCase(option, option.value)],
  );
  const described = options.flatMap(({ names, about }) => names.map((name) => quoted(name, about)));
  const nextWords = [
    ...next.map(({ word, about }) => quoted(word, about)),
    ...(argument.kind === 'words' ? argument.words.map((word) => quoted(word, '')) : []),
  ];
  return `    "${words.map((word) => ` ${word}`).join('')}")
      case "$before" in
${[...values, '        *) ;;'].join('\n')}
      esac
      options=(${described.join(' ')})
      next=(${nextWords.join(' ')})
      if [[ $word == -* ]]; then _describe option options
      else ${argument.kind === 'file' ? '_files' : '_describe value next'}; fi ;;`;
}

function optionCase({ names }: CompletedOption, value: Values): string {
  const words = value.kind === 'words' ? value.words : [];
  const act = value.kind === 'file' ? '_files' : words.length > 0 ? `compadd -- ${words.join(' ')}` : ':';
  return `        ${names.join('|')}) ${act}; return ;;`;
}

/** A word and its description, as _describe takes them. */
function quoted(word: string, about: string): string {
  const text = about === '' ? word : `${word}:${about.replaceAll(':', '\\:')}`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

import type { CommandSpec } from './command.ts';
import { GROUPS } from './command-groups.ts';
import { bashCompletion } from './completion/bash.ts';
import { completionsOf } from './completion/completions-of.ts';
import { fishCompletion } from './completion/fish.ts';
import { zshCompletion } from './completion/zsh.ts';
import { EXIT } from './exit-code.ts';
import { print } from './terminal.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export const completion: CommandSpec<{ readonly shell: keyof typeof SHELLS }> = {
  name: 'completion',
  summary: 'Print the script by which a shell completes commands, options and their values.',
  arguments: [{ form: '<shell>', about: 'the shell', choices: Object.keys(SHELLS) }],
  examples: [
    'headroom completion bash > ~/.local/share/bash-completion/completions/headroom',
    'headroom completion zsh > "$fpath[1]/_headroom"',
    'headroom completion fish > ~/.config/fish/completions/headroom.fish',
  ],
  exits: { done: 'done' },
  run: ({ shell }, commands) => {
    print(SHELLS[shell](completionsOf(commands, GROUPS)).trimEnd());
    return EXIT.done;
  },
};

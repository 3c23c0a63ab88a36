import { namesLostSomewhere } from '../core/doctor/lost-names.ts';
import { POLICY_DEFAULTS } from '../core/policy/policy.ts';
import { builtinLists } from '../core/server/builtin-lists.ts';
import { policyHash } from '../remediate/policy-hash.ts';
import { policySentences } from '../render/terminal/policy-sentences.ts';
import { type ArgumentSpec, type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { readPolicyFile } from './read-policy-file.ts';
import { print } from './terminal.ts';

type GivenFile = { readonly file: string; readonly json?: true };

const FILE: ArgumentSpec = { form: '<file>', about: 'the policy, - for standard input' };

export const policyCheck: CommandSpec<GivenFile> = {
  name: 'policy check',
  summary: 'Check a policy: print ok, or every problem with its path.',
  arguments: [FILE],
  options: [JSON_OPTION],
  examples: ['headroom policy check policy.json', 'jq .policy servers.json | headroom policy check -'],
  exits: { done: 'the policy is valid', badInput: 'it has problems, or bad usage' },
  run: async ({ file, json }) => {
    const { policy } = await readPolicyFile(file);
    const notes = namesLostSomewhere(policy);
    print(json ? jsonText({ ok: true, hash: policyHash(policy), notes }) : ['ok', ...notes].join('\n'));
    return EXIT.done;
  },
};

export const policyInit: CommandSpec<object> = {
  name: 'policy init',
  summary: 'Print a policy to begin with: the defaults, written out. It only observes.',
  examples: ['headroom policy init > policy.json'],
  notes:
    'Change what you need, and look at headroom policy explain. What a policy leaves out keeps its default. docs/guide/policy.md describes every key.',
  exits: { done: 'done' },
  run: () => {
    print(JSON.stringify(POLICY_DEFAULTS, null, 2));
    return EXIT.done;
  },
};

export const policyExplain: CommandSpec<GivenFile> = {
  name: 'policy explain',
  summary: 'Say in sentences what a policy does, with its defaults.',
  arguments: [FILE],
  examples: ['headroom policy explain policy.json', 'headroom policy init | headroom policy explain -'],
  exits: { done: 'done' },
  run: async ({ file }) => {
    const { policy } = await readPolicyFile(file);
    print([policySentences(policy), ...namesLostSomewhere(policy)].join('\n\n'));
    return EXIT.done;
  },
};

export const policyBuiltin: CommandSpec<object> = {
  name: 'policy builtin',
  summary:
    'Print the built-in lists of names: sessions that are always spared, and sessions that end last in each rung.',
  examples: ['headroom policy builtin'],
  exits: { done: 'done' },
  run: () => {
    print(builtinLists());
    return EXIT.done;
  },
};

export const policyHashCommand: CommandSpec<GivenFile> = {
  name: 'policy hash',
  summary: 'Print the SHA-256 of a policy with its defaults, as records and messages name it.',
  arguments: [FILE],
  examples: ['headroom policy hash policy.json'],
  exits: { done: 'done' },
  run: async ({ file }) => {
    print(policyHash((await readPolicyFile(file)).policy));
    return EXIT.done;
  },
};

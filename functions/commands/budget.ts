import { judgeBudget } from '../core/budget/judge-budget.ts';
import { parseBudget } from '../core/budget/parse-budget.ts';
import { budgetDocument } from '../render/terminal/budget-json.ts';
import { renderBudgetMarkdown } from '../render/terminal/budget-markdown.ts';
import { renderBudget } from '../render/terminal/budget-text.ts';
import { type SeenFrom, seenUses } from './budget/seen-uses.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { RECORD_REGION, RECORD_TOPIC } from './read-record.ts';
import { SERVER_TOPIC } from './server/server-arguments.ts';
import { paintFor, print, screenOf } from './terminal.ts';

type Given = SeenFrom & {
  readonly files: readonly string[];
  readonly json?: true;
  readonly markdown?: true;
};

export const budget: CommandSpec<Given> = {
  name: 'budget',
  summary: 'Check before a deployment that all pools together fit the slots, and say which one does not.',
  arguments: [
    {
      form: '<files...>',
      about:
        'a budget.json, a compose file or Kubernetes manifests, - for standard input; several are added up',
    },
  ],
  options: [
    { flags: '--server <name>', about: 'read slots, limits and use of a declared server', conflicts: 'url' },
    { flags: '--url <url>', about: 'read slots, limits and use of this server' },
    {
      flags: '--declaration <file>',
      about: 'the file that declares the servers in its context',
      fallback: 'cdk.json',
    },
    {
      flags: '--record <record...>',
      about: 'take them from kept records: files or s3://BUCKET/KEY; the peak is the most of all',
    },
    RECORD_REGION,
    { ...JSON_OPTION, conflicts: 'markdown' },
    { flags: '--markdown', about: 'print Markdown, for a comment on a pull request' },
  ],
  examples: [
    'headroom budget budget.json',
    'headroom budget budget.json --server orders --markdown',
    'headroom budget budget.json compose.yaml',
    'helm template shop | headroom budget budget.json -',
  ],
  notes:
    'It adds up the worst case: as many copies as may run at once in a deployment, each with every pool full. docs/guide/budget.md explains the files.',
  topics: [SERVER_TOPIC, RECORD_TOPIC],
  exits: { done: 'everything fits', remains: 'a limit breaks in the worst case' },
  run: judgeAndPrint,
};

/** The files are read first, so that an error in them needs no connection. */
async function judgeAndPrint(given: Given): Promise<ExitCode> {
  // It brings a parser of YAML, which no other command needs.
  const { readBudgetFiles } = await import('./budget/read-budget-files.ts');
  const files = await readBudgetFiles(given.files);
  const { budget: parsed, leftOut, peaks } = parseBudget(files, await seenUses(given));
  const verdict = judgeBudget(parsed, peaks);
  if (given.json) print(jsonText(budgetDocument(verdict, leftOut)));
  else if (given.markdown) print(renderBudgetMarkdown(verdict, leftOut));
  else print(renderBudget(verdict, leftOut, paintFor(process.stdout), screenOf(process.stdout)));
  return verdict.fits ? EXIT.done : EXIT.remains;
}

import { type NotReplayed, type ReplayedRun, replayRun } from '../core/backtest/replay-run.ts';
import { sumBacktest } from '../core/backtest/sum-backtest.ts';
import { coerceError } from '../core/base/errors.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { BacktestView } from '../render/base/backtest-phrases.ts';
import { backtestDocument } from '../render/terminal/backtest-json.ts';
import { renderBacktest } from '../render/terminal/backtest-text.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { STDIN } from './read-input.ts';
import { readPolicyFile } from './read-policy-file.ts';
import { RECORD_REGION, RECORD_TOPIC, readRecord } from './read-record.ts';
import { recordsIn } from './records/records-in.ts';
import { sinceTime } from './records/since.ts';
import { paintFor, print, printNote, screenOf } from './terminal.ts';
import { whileWaiting } from './while-waiting.ts';
import { CREDENTIALS_TOPIC } from './with-memory.ts';
import { writePage } from './write-page.ts';

type Given = {
  readonly places: readonly string[];
  readonly policy: string;
  readonly against?: string;
  readonly server?: string;
  readonly since?: number;
  readonly region?: string;
  readonly html?: string;
  readonly all?: true;
  readonly json?: true;
};

/** Records read at the same time. Each may unpack to some MB. */
const AT_ONCE = 4;

export const backtest: CommandSpec<Given> = {
  name: 'backtest',
  summary: 'Try a policy on the kept runs of the past: which sessions would have ended, and which stayed.',
  arguments: [
    {
      form: '<places...>',
      about: 'records: s3://BUCKET, a folder with its content, files or s3://BUCKET/KEY',
    },
  ],
  options: [
    { flags: '--policy <file>', about: 'the policy to try, - for standard input', isRequired: true },
    { flags: '--against <file>', about: 'compare with this policy in place of what was planned then' },
    { flags: '--server <name>', about: 'only runs for this server' },
    {
      flags: '--since <time>',
      about: 'only runs since then: an age such as 30d, or a time in UTC',
      parse: (text) => sinceTime(text),
    },
    { flags: '--html <file>', about: 'also write a page, - for standard output in place of the text' },
    { flags: '--all', about: 'show runs with the same plan too, and every row' },
    RECORD_REGION,
    JSON_OPTION,
  ],
  examples: [
    'headroom backtest s3://BUCKET --policy new.json --since 30d',
    'headroom backtest records/ --policy new.json --against old.json --html backtest.html',
    'headroom backtest s3://BUCKET/records/orders/2026/11/21/RUN.json.gz --policy new.json',
  ],
  notes:
    'Each run is replayed alone, from its first snapshot and its trigger; what would have followed from another decision is not known. Sessions (pid and start) and incidents count once. Quiet runs leave no record, so that a policy that acts earlier is tried only on runs that had something to do. headroom plan --record shows one run in full. It needs s3:ListBucket on the bucket and s3:GetObject on records/.',
  topics: [RECORD_TOPIC, CREDENTIALS_TOPIC],
  exits: { done: 'replayed, or nothing to replay' },
  run: replayAndPrint,
};

async function replayAndPrint(given: Given): Promise<ExitCode> {
  const { policy, name: policyName } = await readPolicyFile(given.policy);
  const against = given.against === undefined ? null : await readPolicyFile(given.against);
  const sum = await replayAll(given, policy, against?.policy ?? null);
  const view: BacktestView = { sum, policyName, against: against?.name ?? null, mode: policy.mode };
  if (given.html !== undefined) await page(view, given.html);
  if (given.json) print(jsonText(backtestDocument(view)));
  else if (given.html !== STDIN)
    print(renderBacktest(view, paintFor(process.stdout), screenOf(process.stdout, given.all)));
  return EXIT.done;
}

async function page(view: BacktestView, path: string): Promise<void> {
  const { backtestPage } = await import('../render/page/backtest-page.ts');
  await writePage(backtestPage(view), path);
}

/** Of each record only what is shown is kept: a year of them does not fit in memory. */
async function replayAll({ places, server, since, region }: Given, policy: Policy, against: Policy | null) {
  const firstDay = since === undefined ? undefined : new Date(since).toISOString().slice(0, 10);
  const addresses = await whileWaiting('Listing the records', () =>
    recordsIn(places, { server, region, firstDay }),
  );
  const results: (ReplayedRun | NotReplayed)[] = [];
  let unreadable = 0;
  const replay = async (address: string) => {
    try {
      const record = await readRecord(address, region);
      const isWanted = server === undefined || record.server === server;
      const isRecent = since === undefined || Date.parse(record.startedAt) >= since;
      if (isWanted && isRecent) results.push(replayRun(record, policy, against));
    } catch (thrown) {
      unreadable += 1;
      printNote(
        `${address} is left out. ${coerceError(thrown).message.replace(/^.*; nothing was done:\n */, '')}`,
      );
    }
  };
  await whileWaiting(`Replaying ${addresses.length} runs`, async () => {
    for (let from = 0; from < addresses.length; from += AT_ONCE)
      await Promise.all(addresses.slice(from, from + AT_ONCE).map(replay));
  });
  return sumBacktest(results, unreadable);
}

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { type DemoOptions, parseDemoOptions, USAGE } from './demo-options.ts';
import { demoPolicy } from './demo-policy.ts';
import { leakIncident } from './leak-incident.ts';
import { commands, line, redraw, title } from './narration.ts';
import { FOLDER } from './on-call-reads.ts';
import type { Shown } from './shown.ts';
import { missingFor, storyIncident, storyOf } from './story-incident.ts';

/** Where the commands of a kept server find the policy. */
const POLICY_FILE = `${FOLDER}/demo-policy.json`;

async function demo(options: DemoOptions): Promise<number> {
  const missing = missingFor(options.cause);
  if (missing !== null) return refuse(missing);
  const story = storyOf(options.cause);
  const chosen = await demoPolicy(options, story?.policy);
  await using stack = new AsyncDisposableStack();
  const interrupted = Promise.withResolvers<void>();
  let isKept = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (isKept) return interrupted.resolve();
      void stack.disposeAsync().finally(() => {
        redraw('');
        line('interrupted; everything is cleaned up');
        process.exit(130);
      });
    });
  title('pg-headroom: a full PostgreSQL gets its slots back');
  const shown =
    story === null
      ? await leakIncident(stack, chosen)
      : await storyIncident(stack, options.cause, { ...chosen, story });
  if (options.open) open(shown.onCall.page);
  if (options.keep) {
    await tellWhatToTry(shown, chosen.policy);
    isKept = true;
    await interrupted.promise;
  }
  await stack.disposeAsync();
  line(shown.isTrue ? 'all of it is true; everything is cleaned up' : 'not all of it is true');
  return shown.isTrue ? 0 : 1;
}

async function tellWhatToTry({ server, ours, onCall }: Shown, policy: object): Promise<void> {
  await writeFile(POLICY_FILE, JSON.stringify(policy, null, 2));
  const url = `postgres://${ours.user}@${server.host}:${server.port}/postgres`;
  line('the server stays until Ctrl-C. In another terminal:');
  commands([
    `export PGPASSWORD=${ours.password}`,
    `npm run -s headroom -- plan --url ${url} --policy ${POLICY_FILE}`,
    `npm run -s headroom -- doctor --url ${url}`,
    `npm run -s headroom -- remediate --url ${url} --policy ${POLICY_FILE}`,
    `npm run -s headroom -- show ${onCall.recordFile} --full`,
  ]);
}

/** With the program that opens a file on this system. Where there is none, the printed address is enough. */
function open(page: string): void {
  if (page === '') return;
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '']
        : ['xdg-open'];
  const child = spawn(program, [...args, page], { stdio: 'ignore', detached: true });
  child.on('error', () => line(`${program} is not on this machine: open the address above in a browser`));
  child.unref();
}

function refuse(problem: string): number {
  console.error(problem);
  return 2;
}

async function main(): Promise<number> {
  const asked = parseDemoOptions(process.argv.slice(2));
  if (asked.kind === 'wrong') return refuse(`${asked.problem}\n\n${USAGE}`);
  if (asked.kind === 'play')
    return await demo(asked.options).catch((error) => {
      if (error instanceof RemediationError) return refuse(error.message);
      throw error;
    });
  process.stdout.write(USAGE);
  return 0;
}

process.exit(await main());

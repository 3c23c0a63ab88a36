import { mkdir, writeFile } from 'node:fs/promises';
import { waitUntil } from '../support/wait-until.ts';
import { refusalAlarm } from './alarm-event.ts';
import type { ClientProcess } from './client-process.ts';
import { line, quote, scene, verdict } from './narration.ts';
import { REMEDIATE, SERVER, type Stage, setStage, startClient } from './stage.ts';

/**
 * The main job on a real server: clients are refused, the functions as they are deployed give slots back, on-call gets a
 * message, and nobody who was at work noticed.
 */

type Cast = Readonly<Record<'storefront' | 'notifier' | 'report' | 'billing' | 'checkout', ClientProcess>>;

/** How long the first leaked sessions must have been idle before the policy lets them go; a few more are needed. */
const OLD_ENOUGH = `SELECT count(*)::int AS n FROM pg_stat_activity
  WHERE application_name = 'billing-worker' AND state_change < now() - interval '10 seconds'`;

async function fillTheServer(stack: AsyncDisposableStack, stage: Stage): Promise<Cast> {
  scene(1, 'A server and its clients');
  line(
    `PostgreSQL 18 on port ${stage.server.port}, 60 slots: 3 reserved for superusers, 3 for our role, 54 for everybody`,
  );
  const [storefront, notifier, report] = ['storefront', 'notifier', 'monthly-report'].map((name) =>
    startClient(stack, name, stage),
  );
  if (!storefront || !notifier || !report) throw new Error('a client did not start');
  await Promise.all([storefront.told('served', 4), notifier.told('listening', 2), report.told('connected')]);
  line('storefront serves customers, notifier LISTENs, monthly-report runs one long query');
  const billing = startClient(stack, 'billing-worker', stage, 'billing');
  line('billing-worker opens a connection for each job and releases none');

  scene(2, 'Full');
  await billing.told('refused');
  const checkout = startClient(stack, 'checkout', stage);
  await checkout.told('refused');
  line(
    `billing-worker holds ${billing.count('leaked')} connections; now an ordinary client, checkout, is turned away:`,
  );
  quote(refusalsIn(stage.server.log()).at(-1) ?? '(no line)');
  return { storefront, notifier, report, billing, checkout };
}

function refusalsIn(log: string): readonly string[] {
  return log.split('\n').filter((each) => each.includes(' 53300 '));
}

/** As an alarm of CloudWatch comes a minute or more after the first line, by when the leak has aged. */
async function waitForTheAlarm({ server }: Stage): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const watcher = await server.connect();
  stack.defer(() => watcher.end());
  await waitUntil(async () => (await watcher.query(OLD_ENOUGH)).rows[0].n >= 25, {
    what: 'enough leaked sessions were 10 s old',
    everyMs: 200,
  });
}

async function sessionsOf({ server }: Stage, application: string): Promise<string> {
  const rows = await server.query(
    `SELECT pid, backend_start::text FROM pg_stat_activity WHERE application_name = '${application}' ORDER BY pid`,
  );
  return JSON.stringify(rows);
}

async function heal(stage: Stage, cast: Cast): Promise<boolean> {
  const bystanders = ['storefront', 'notifier', 'monthly-report'];
  const before = await Promise.all(bystanders.map((name) => sessionsOf(stage, name)));
  const servedBefore = cast.storefront.count('served');

  scene(3, 'The alarm invokes remediate; its result goes to report');
  const refusals = refusalsIn(stage.server.log()).length;
  line(`CloudWatch counts ${refusals} refusals; the alarm invokes ${REMEDIATE} asynchronously`);
  const invokedAt = performance.now();
  const invocation = await stage.lambda.invokeAsync(REMEDIATE, refusalAlarm(SERVER, refusals, new Date()));
  const { coldStart, initMs, durationMs } = invocation;
  line(
    `remediate ended after ${ms(durationMs)} (${coldStart ? `cold start ${ms(initMs ?? 0)}` : 'warm'}), frozen since; report has published`,
  );

  scene(4, 'What on-call reads');
  const message = stage.aws.published[0];
  quote(message ? `Subject: ${message.subject}\n\n${message.message}` : '(nothing was published)');

  const page = await writePage(stage);

  scene(5, 'Is it true?');
  await stage.server.query("NOTIFY orders, 'new'");
  await cast.notifier.told('notified', 2).catch(() => {});
  await cast.storefront.told('served', servedBefore + 20).catch(() => {});
  const after = await Promise.all(bystanders.map((name) => sessionsOf(stage, name)));
  const firstSlot = cast.checkout.firstAt('connected');
  const untouched = (index: number) => before[index] === after[index] && before[index] !== '[]';
  const newcomer = await stage.server.connect(stage.roles.shop).then(
    (client) => client.end().then(() => true),
    () => false,
  );
  const { storefront, billing, notifier, report } = cast;
  return [
    verdict(
      message?.subject?.includes('recovered') === true,
      'one message was published, through the real SNS client: recovered',
    ),
    verdict(page, `the page of the run is in ${PAGE}: open it in a browser`),
    verdict(newcomer, 'a new ordinary client connects'),
    verdict(
      firstSlot !== null && firstSlot > invokedAt,
      `checkout got in ${ms((firstSlot ?? invokedAt) - invokedAt)} after the invocation: the first free slot`,
    ),
    verdict(
      untouched(0) && storefront.count('failed') === 0,
      `storefront kept its 4 sessions: ${storefront.count('served')} requests, ${storefront.count('failed')} failed`,
    ),
    verdict(
      untouched(1) && notifier.count('notified') === 2 && spares(message?.message, 2),
      'notifier kept its two sessions, protected as listeners, and both heard the notification',
    ),
    verdict(untouched(2) && report.count('failed') === 0, "monthly-report's query is still running"),
    verdict(
      billing.count('lost') > 0 && billing.isAlive,
      `billing-worker lost ${billing.count('lost')} of ${billing.count('leaked')} idle sessions, and lives`,
    ),
  ].every(Boolean);
}

/** Where the page goes: out of the loopback bucket, so that somebody can look at it. */
const PAGE = 'reports/demo.html';

async function writePage({ s3 }: Stage): Promise<boolean> {
  const kept = [...s3.objects].find(([key]) => key.endsWith('.html'))?.[1];
  if (kept === undefined) return false;
  await mkdir('reports', { recursive: true });
  await writeFile(PAGE, kept.body);
  return true;
}

/** Two sessions of one group, old enough: without the protection one of them would be eligible. */
function spares(message: string | undefined, listeners: number): boolean {
  return (
    message !== undefined &&
    new RegExp(`${listeners} protected \\(listens for notifications\\)`).test(message)
  );
}

function ms(value: number): string {
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

async function demo(): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(130)));
  }
  console.log('pg-headroom: a full PostgreSQL gets its slots back');
  const stage = await setStage(stack);
  const cast = await fillTheServer(stack, stage);
  await waitForTheAlarm(stage);
  return await heal(stage, cast);
}

const isTrue = await demo();
line(isTrue ? 'all of it is true; everything is cleaned up' : 'not all of it is true');
process.exit(isTrue ? 0 : 1);

import { waitUntil } from '../support/wait-until.ts';
import { refusalAlarm } from './alarm-event.ts';
import type { ClientProcess } from './client-process.ts';
import type { DemoPolicy } from './demo-policy.ts';
import { invoke, ms } from './invoke.ts';
import { line, quote, scene, verdict } from './narration.ts';
import { type OnCall, onCallReads } from './on-call-reads.ts';
import type { Shown } from './shown.ts';
import { REMEDIATE, SERVER, type Stage, setStage, startClient } from './stage.ts';
import { watchSlots } from './watch-slots.ts';

/**
 * The main job on a real server: clients are refused, the functions as they are deployed give slots back, on-call gets a
 * message, and the programs that were at work go on.
 */

type Cast = Readonly<Record<'storefront' | 'notifier' | 'report' | 'billing' | 'checkout', ClientProcess>>;

const USABLE = 54;

/** How long the first leaked sessions must have been idle before the policy lets them go; a few more are needed. */
const OLD_ENOUGH = `SELECT count(*)::int AS n FROM pg_stat_activity
  WHERE application_name = 'billing-worker' AND state_change < now() - interval '10 seconds'`;

async function fillTheServer(stack: AsyncDisposableStack, stage: Stage): Promise<Cast> {
  scene(1, 'A server and its clients');
  line(
    `PostgreSQL 18 on port ${stage.server.port}, 60 slots: 3 reserved for superusers, 3 for our role, ${USABLE} for everybody`,
  );
  const [storefront, notifier, report] = ['storefront', 'notifier', 'monthly-report'].map((name) =>
    startClient(stack, name, stage),
  );
  if (!storefront || !notifier || !report) throw new Error('a client did not start');
  await Promise.all([storefront.told('served', 4), notifier.told('listening', 2), report.told('connected')]);
  line('storefront serves customers, notifier LISTENs, monthly-report runs one long query');
  const billing = startClient(stack, 'billing-worker', stage, 'billing');
  line('billing-worker opens a connection for each job and releases none');
  {
    using _ = watchSlots(stage.server, USABLE);
    await billing.told('refused');
  }

  scene(2, 'Full');
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
  line('the alarm comes some seconds later, when the oldest of them have been idle for over 10 s');
  await using stack = new AsyncDisposableStack();
  stack.use(watchSlots(server, USABLE));
  const watcher = await server.connect();
  stack.defer(() => watcher.end());
  await waitUntil(async () => (await watcher.query(OLD_ENOUGH)).rows[0].n >= 25, {
    what: 'enough leaked sessions were 10 s old',
    everyMs: 200,
  });
}

const BYSTANDERS = ['storefront', 'notifier', 'monthly-report'];

/** The sessions of each bystander, as text: it changes when one of them is another session. */
async function bystandersOf({ server }: Stage): Promise<readonly string[]> {
  const sessionsOf = async (application: string) =>
    JSON.stringify(
      await server.query(
        `SELECT pid, backend_start::text FROM pg_stat_activity WHERE application_name = '${application}' ORDER BY pid`,
      ),
    );
  return Promise.all(BYSTANDERS.map(sessionsOf));
}

type Healed = {
  readonly cast: Cast;
  readonly invokedAt: number;
  readonly onCall: OnCall;
  /** Of each bystander, whether it has the sessions that it had before. */
  readonly untouched: readonly boolean[];
  readonly isNewcomerIn: boolean;
};

async function heal(stage: Stage, cast: Cast, name: string): Promise<Healed> {
  const before = await bystandersOf(stage);
  const servedBefore = cast.storefront.count('served');
  scene(3, 'The alarm invokes remediate; its result goes to report');
  const refusals = refusalsIn(stage.server.log()).length;
  line(`CloudWatch counts ${refusals} refusals; the alarm invokes ${REMEDIATE} asynchronously`);
  const invokedAt = performance.now();
  await invoke(stage, USABLE, refusalAlarm(SERVER, refusals, new Date()));
  const onCall = await onCallReads(stage, name);

  await stage.server.query("NOTIFY orders, 'new'");
  await cast.notifier.told('notified', 2).catch(() => {});
  await cast.storefront.told('served', servedBefore + 20).catch(() => {});
  const after = await bystandersOf(stage);
  const isNewcomerIn = await stage.server.connect(stage.roles.shop).then(
    (client) => client.end().then(() => true),
    () => false,
  );
  const untouched = after.map((sessions, at) => sessions !== '[]' && sessions === before[at]);
  return { cast, invokedAt, onCall, untouched, isNewcomerIn };
}

/** What must be true under the demo's own policy. */
function provenByEnding({ cast, invokedAt, onCall, untouched, isNewcomerIn }: Healed): readonly boolean[] {
  const { billing, notifier, storefront, checkout } = cast;
  const firstSlot = checkout.firstAt('connected');
  return [
    verdict(
      onCall.subject.includes('recovered'),
      'one message was published, through the real SNS client: recovered',
    ),
    verdict(isNewcomerIn, 'a new ordinary client connects'),
    verdict(
      firstSlot !== null && firstSlot > invokedAt,
      `checkout got in ${ms((firstSlot ?? invokedAt) - invokedAt)} after the invocation: the first free slot`,
    ),
    verdict(
      untouched[1] === true && notifier.count('notified') === 2 && spares(onCall.text, 2),
      'notifier kept its two sessions, protected as listeners, and both heard the notification',
    ),
    verdict(
      untouched[0] === true && storefront.count('failed') === 0,
      `storefront kept its 4 sessions: ${storefront.count('served')} requests, ${storefront.count('failed')} failed`,
    ),
    verdict(
      billing.count('lost') > 0 && billing.isAlive,
      `billing-worker lost ${billing.count('lost')} of ${billing.count('leaked')} idle sessions, and lives`,
    ),
  ];
}

/** What must be true when nothing may be ended. */
function provenByObserving({ cast, onCall, untouched }: Healed): readonly boolean[] {
  const { billing, checkout } = cast;
  return [
    verdict(onCall.subject !== '', 'one message was published, through the real SNS client'),
    verdict(billing.count('lost') === 0, `billing-worker still has its ${billing.count('leaked')} sessions`),
    verdict(checkout.count('connected') === 0, 'checkout is still refused: observing frees no slot'),
    verdict(untouched[0] === true && untouched[1] === true, 'storefront and notifier kept their sessions'),
  ];
}

/** What must be true under any policy. The rest is for the reader of the message to judge. */
function provenByPolicyOfOnesOwn({ cast, onCall }: Healed): readonly boolean[] {
  const { billing } = cast;
  line(
    `under your policy billing-worker lost ${billing.count('lost')} of ${billing.count('leaked')} sessions`,
  );
  return [verdict(onCall.subject !== '', 'one message was published, through the real SNS client')];
}

/** Two sessions of one group, old enough: without the protection one of them would be eligible. */
function spares(message: string, listeners: number): boolean {
  return new RegExp(`${listeners} protected \\(listens for notifications\\)`).test(message);
}

export async function leakIncident(
  stack: AsyncDisposableStack,
  { policy, kind }: DemoPolicy,
): Promise<Shown> {
  const stage = await setStage(stack, policy);
  const cast = await fillTheServer(stack, stage);
  await waitForTheAlarm(stage);
  const healed = await heal(stage, cast, kind === 'observing' ? 'demo-observed' : 'demo');
  scene(5, 'Is it true?');
  const proofs = { ending: provenByEnding, observing: provenByObserving, own: provenByPolicyOfOnesOwn };
  const holds = [
    ...proofs[kind](healed),
    verdict(
      healed.untouched[2] === true && cast.report.count('failed') === 0,
      "monthly-report's query is still running",
    ),
  ];
  return { isTrue: holds.every(Boolean), server: stage.server, ours: stage.ours, onCall: healed.onCall };
}

import { existsSync } from 'node:fs';
import { readRecord } from '../../functions/commands/read-record.ts';
import type { Cause } from '../../functions/core/diagnosis/cause.ts';
import { explain } from '../../functions/core/diagnosis/explain.ts';
import type { KeptRecord } from '../../functions/core/run/kept-record.ts';
import { RealClock } from '../incidents/real-clock.ts';
import { Scene } from '../incidents/scene.ts';
import { STORIES } from '../incidents/stories/all.ts';
import { PGBOUNCER } from '../incidents/stories/poolers.ts';
import type { Story } from '../incidents/story.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { logDocument, subscriptionEvent } from '../support/events.ts';
import { refusalAlarm } from './alarm-event.ts';
import { DEMO_CAUSES, type DemoCause } from './demo-causes.ts';
import type { DemoPolicy } from './demo-policy.ts';
import { invoke } from './invoke.ts';
import { line, quote, scene, verdict } from './narration.ts';
import { type OnCall, onCallReads } from './on-call-reads.ts';
import type { Shown } from './shown.ts';
import { deploy, LOGGED, REMEDIATE, SERVER } from './stage.ts';
import { watchSlots } from './watch-slots.ts';

/** The incident that is played for a cause; null for the leak, which the demo plays by itself. */
export function storyOf(cause: DemoCause): Story | null {
  const { story } = DEMO_CAUSES[cause];
  return STORIES.find(({ name }) => name === story) ?? null;
}

/** Why this machine cannot play it; null when it can. */
export function missingFor(cause: DemoCause): string | null {
  if (cause !== 'pooler-oversized' || existsSync(PGBOUNCER)) return null;
  return `This incident needs PgBouncer in ${PGBOUNCER} (Debian's package pgbouncer). All others need npm only.`;
}

/** An incident with real clients, which the functions find as they would find it in production. */
export async function storyIncident(
  stack: AsyncDisposableStack,
  cause: DemoCause,
  { story, policy }: { readonly story: Story } & DemoPolicy,
): Promise<Shown> {
  const { ca, server: tls } = await selfSignedCertificates();
  const played = { ...story, settings: { ...story.settings, ...LOGGED } };
  const { pace } = DEMO_CAUSES[cause];
  const stage = stack.use(await Scene.start(played, pace, { clock: new RealClock(), tls }));
  const { server, headroom: ours } = stage;
  const deployed = await deploy(stack, { server, ours, policy, ca });

  scene(1, 'A server and its clients');
  const usable = usableOf(story);
  line(`PostgreSQL ${story.version} on port ${server.port}, ${usable} slots for everybody`);
  line(story.told);
  await play(stage, story, usable);

  scene(2, 'What the log says');
  const refused = refusalsIn(server.log());
  quote(refused.at(-1) ?? '(no client was refused: an alarm on the number of connections tells)');
  scene(
    3,
    `${story.trigger === 'alarm' ? 'The alarm' : 'The log'} invokes ${REMEDIATE}; its result goes to report`,
  );
  await invoke({ ...deployed, server }, usable, eventOf(story, refused));
  const onCall = await onCallReads(deployed, `demo-${cause}`);
  return { isTrue: await proven(cause, onCall), server, ours, onCall };
}

async function play(stage: Scene, story: Story, usable: number): Promise<void> {
  using _ = watchSlots(stage.server, usable);
  await story.play(stage);
}

async function proven(cause: DemoCause, { subject, recordFile, page }: OnCall): Promise<boolean> {
  scene(5, 'Is it true?');
  const found = recordFile === '' ? null : explained(await readRecord(recordFile, undefined));
  return [
    verdict(subject !== '', 'one message was published, through the real SNS client'),
    verdict(page !== '', 'the page of the run was written'),
    verdict(found === cause, `the diagnosis says ${found ?? 'nothing'}`),
  ].every(Boolean);
}

function explained(record: KeptRecord): Cause | null {
  return explain(record, record.reduced).diagnosis?.cause ?? null;
}

function usableOf({ settings }: Story): number {
  const { max_connections, superuser_reserved_connections = 3, reserved_connections = 0 } = settings;
  return max_connections - Number(superuser_reserved_connections) - Number(reserved_connections);
}

function refusalsIn(log: string): readonly string[] {
  return log.split('\n').filter((each) => each.includes(':53300:'));
}

/** What AWS sends: the lines of refused clients by a subscription of the log, or an alarm. */
function eventOf({ trigger }: Story, refused: readonly string[]): object {
  if (trigger === 'alarm' || refused.length === 0)
    return refusalAlarm(SERVER, Math.max(1, refused.length), new Date());
  const lines = refused.map((message) => ({ message, timestamp: Date.parse(message.slice(0, 27)) }));
  return subscriptionEvent(logDocument(lines));
}

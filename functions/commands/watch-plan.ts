import { cleanMessage } from '../core/base/clean-text.ts';
import { coerceError, RemediationError } from '../core/base/errors.ts';
import { planRemediation } from '../core/plan/plan-remediation.ts';
import type { Policy } from '../core/policy/policy.ts';
import { isBlind } from '../core/server/visibility.ts';
import { lookingPace } from '../postgres/connection/pace.ts';
import { CONNECT_MS } from '../remediate/in-session.ts';
import type { Database } from '../remediate/ports.ts';
import { renderWatch } from '../render/terminal/watch-text.ts';
import type { ExitCode } from './exit-code.ts';
import { type LiveScreen, openLiveScreen } from './live-screen.ts';
import type { Server } from './server/find-server.ts';
import { paintFor } from './terminal.ts';

export type Watched = {
  readonly server: Server;
  readonly policy: Policy;
  readonly policyName: string;
  readonly trigger: 'alarm' | 'schedule';
  readonly everySeconds: number;
};

/** Shows the plan anew every few seconds, on one session. An error is shown, and the next time tries again. */
export async function watchPlan(watched: Watched): Promise<ExitCode> {
  const screen = openLiveScreen();
  let database: Database | null = null;
  try {
    for (;;) {
      try {
        database ??= await opened(watched.server);
        screen.draw(await viewOf(watched, database, screen));
      } catch (thrown) {
        await database?.close();
        database = null;
        screen.draw(cleanMessage(`${coerceError(thrown).message}\n\nTrying again. q or Ctrl-C leaves.`));
      }
      const left = await screen.wait(watched.everySeconds * 1_000);
      if (left !== null) return left;
    }
  } finally {
    screen.close();
    await database?.close();
  }
}

async function opened(server: Server): Promise<Database> {
  const { connect, now } = server.ports(() => {}, lookingPace());
  const connection = await connect(now() + CONNECT_MS);
  if ('database' in connection) return connection.database;
  const { code, message } = connection.problem;
  throw new RemediationError(code, message);
}

async function viewOf(watched: Watched, database: Database, { size }: LiveScreen): Promise<string> {
  const { server, policy, policyName, trigger, everySeconds } = watched;
  const snapshot = await database.readSnapshot();
  const blindness = isBlind(snapshot);
  if (blindness !== null) throw new RemediationError(blindness.code, blindness.message);
  const plan = planRemediation(snapshot, policy, trigger);
  const view = { source: server.name, policyName, snapshot, policy, trigger, plan };
  return renderWatch(view, everySeconds, paintFor(process.stdout), size());
}

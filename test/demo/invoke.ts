import type { TestServer } from '../support/postgres-server.ts';
import { line } from './narration.ts';
import { type Deployed, REMEDIATE } from './stage.ts';
import { watchSlots } from './watch-slots.ts';

/** Invokes `remediate` as AWS does, and shows the slots until `report` has ended too. */
export async function invoke(
  { lambda, server }: Deployed & { readonly server: TestServer },
  usable: number,
  event: object,
): Promise<void> {
  const invocation = await watched(server, usable, () => lambda.invokeAsync(REMEDIATE, event));
  const { coldStart, initMs, durationMs } = invocation;
  line(
    `remediate ended after ${ms(durationMs)} (${coldStart ? `cold start ${ms(initMs ?? 0)}` : 'warm'}), frozen since; report has published`,
  );
}

async function watched<Result>(
  server: TestServer,
  usable: number,
  run: () => Promise<Result>,
): Promise<Result> {
  using _ = watchSlots(server, usable);
  return await run();
}

export function ms(value: number): string {
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

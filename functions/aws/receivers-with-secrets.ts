import { setTimeout as sleep } from 'node:timers/promises';
import type { Receiver } from '../core/declaration/receiver-declaration.ts';
import { publishToReceivers } from '../receivers/publish-to-receivers.ts';
import { fetchSecret } from './fetch-secret.ts';

/** Receivers with keys in Secrets Manager. */
export function receiversWithSecrets(receivers: readonly Receiver[]): ReturnType<typeof publishToReceivers> {
  return publishToReceivers(receivers, {
    secretText: async (secret) => (await fetchSecret(secret, 'AWSCURRENT'))?.text,
    // Reading the global loads it, which a report without receivers does not need.
    fetch: (...given) => fetch(...given),
    sleep,
    now: Date.now,
  });
}

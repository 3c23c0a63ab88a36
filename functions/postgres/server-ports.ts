import { setTimeout } from 'node:timers/promises';
import type { RemediatePorts } from '../workflow/ports.ts';
import { connect } from './connect.ts';
import type { CredentialSource, Credentials, Target } from './target.ts';

/** The real server and the real clock. */
export function serverPorts(
  target: Target,
  source: CredentialSource,
  log: RemediatePorts['log'],
  recall: RemediatePorts['recall'] = async () => null,
): RemediatePorts {
  let known: Credentials | null = null;
  // What was read to know our role lets us in as well: between an alarm and its slots nothing is fetched twice.
  const knownOrRead: CredentialSource = async (refused) => {
    const credentials = refused === 0 ? known : null;
    known = null;
    return credentials ?? source(refused);
  };
  return {
    // Whoever cannot read the credentials finds out when it needs them.
    ownRole: async () => {
      known = await source(0).catch(() => null);
      return known?.user ?? null;
    },
    connect: (deadline) => connect(target, knownOrRead, deadline),
    recall,
    now: Date.now,
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
    log,
  };
}

import { setTimeout } from 'node:timers/promises';
import type { RemediatePorts } from '../workflow/ports.ts';
import { connect } from './connect.ts';
import type { CredentialSource, Target } from './target.ts';

/** The real server and the real clock. */
export function serverPorts(
  target: Target,
  source: CredentialSource,
  log: RemediatePorts['log'],
  recall: RemediatePorts['recall'] = async () => null,
): RemediatePorts {
  return {
    // Whoever cannot read the credentials finds out when it needs them.
    ownRole: () =>
      source(0).then(
        (credentials) => credentials?.user ?? null,
        () => null,
      ),
    connect: (deadline) => connect(target, source, deadline),
    recall,
    now: Date.now,
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
    log,
  };
}

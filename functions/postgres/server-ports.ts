import { setTimeout } from 'node:timers/promises';
import type { RemediatePorts } from '../workflow/ports.ts';
import { connect } from './connect.ts';
import type { CredentialSource, Target } from './target.ts';

/** The real server and the real clock. */
export function serverPorts(
  target: Target,
  source: CredentialSource,
  log: RemediatePorts['log'],
): RemediatePorts {
  return {
    connect: (deadline) => connect(target, source, deadline),
    now: Date.now,
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
    log,
  };
}

import { RemediationError } from '../../functions/core/base/errors.ts';
import type { DispatchPorts } from '../../functions/fleet/dispatch-ports.ts';
import type { Stage } from './stage.ts';

/** A policy that some databases of a drawn cell name. */
export const NAMED_POLICY = 'orders';

/** The bucket of an organisation that lets everything run by the built-in rules. */
export function fullHub(): Map<string, string> {
  return new Map([
    ['policies/default.json', '{}'],
    [`policies/${NAMED_POLICY}.json`, '{}'],
    ['switch.json', '{"mode":"enforce"}'],
  ]);
}

/** The kind of the fault that an object is corrupt. */
export function corruptKind(name: string): string {
  return `corrupt ${name}`;
}

/** The text of an object is its version too. */
export function readHubOf(
  { time, weather }: Stage,
  hub: ReadonlyMap<string, string>,
): DispatchPorts['readHub'] {
  return async (name, etag) => {
    if (weather.isAway('hub', time.now())) throw new RemediationError('hub-away', 'The bucket is away.');
    const own = hub.get(name);
    const text = own === undefined ? undefined : (weather.corrupts(name, time.now()) ?? own);
    if (text === undefined) return { kind: 'missing' };
    return text === etag ? { kind: 'same' } : { kind: 'text', text, etag: text };
  };
}

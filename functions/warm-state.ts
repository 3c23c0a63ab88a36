import { type KnownSlots, knownSlots } from './postgres/connection/known-slots.ts';
import { type KnownStartup, knownStartup } from './postgres/connection/startup.ts';
import { type KnownTries, knownTries } from './remediate/known-tries.ts';

/** What a function that stays warm knows from its last runs. */
export type WarmState = {
  readonly slots: KnownSlots;
  readonly startup: KnownStartup;
  readonly tries: KnownTries;
};

export function warmState(): WarmState {
  return { slots: knownSlots(), startup: knownStartup(), tries: knownTries() };
}

import { type KnownSlots, knownSlots } from './postgres/known-slots.ts';
import { type KnownStartup, knownStartup } from './postgres/startup.ts';
import { type KnownTries, knownTries } from './workflow/known-tries.ts';

/** What a function that stays warm knows from its last runs. */
export type WarmState = {
  readonly slots: KnownSlots;
  readonly startup: KnownStartup;
  readonly tries: KnownTries;
};

export function warmState(): WarmState {
  return { slots: knownSlots(), startup: knownStartup(), tries: knownTries() };
}

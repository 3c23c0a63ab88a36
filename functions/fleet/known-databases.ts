import { type KnownSlots, knownSlots } from '../postgres/connection/known-slots.ts';
import { type KnownStartup, knownStartup } from '../postgres/connection/startup.ts';
import { type KnownTries, knownTries } from '../remediate/known-tries.ts';

/** What a warm function remembers of the last runs of one server. */
export type KnownServer = {
  readonly slots: KnownSlots;
  readonly startup: KnownStartup;
  readonly tries: KnownTries;
};

export function knownServer(): KnownServer {
  return { slots: knownSlots(), startup: knownStartup(), tries: knownTries() };
}

/** A function reaches the databases of its VPC, and remembers at most this number. */
const MOST = 1_000;

/** What a warm function remembers, for each database apart: slots of one are not those of another. */
export function knownDatabases(): (key: string) => KnownServer {
  const known = new Map<string, KnownServer>();
  return (key) => {
    const found = known.get(key) ?? knownServer();
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    return found;
  };
}

import { FLEET_ROLES } from '../contract.ts';
import { parseRegistryItem } from '../core/fleet/registry-item.ts';
import { targetOfRun } from '../fleet/target-of-run.ts';
import type { TryLoginPorts } from '../fleet/try-login.ts';
import { logInOnce } from '../postgres/log-in-once.ts';
import { credentialsOf } from './credentials.ts';
import { readRegistryItems } from './fleet-run-items.ts';

/** A server that pauses takes 15 s to wake. */
const WITHIN_MS = 20_000;

/** How the function of a network logs in for a proof: by its own identity, to the address of the registry. */
export function loginTries(
  registry: string,
  authorities: readonly string[],
): Pick<TryLoginPorts, 'readDatabase' | 'logIn'> {
  return {
    readDatabase: async (key) => {
      const [row] = await readRegistryItems(registry, [key]);
      return parseRegistryItem(key, row?.texts.item, row?.texts.accepted);
    },
    logIn: (database) => {
      const target = targetOfRun(database, authorities);
      const source = credentialsOf({ user: FLEET_ROLES.observes }, target);
      return logInOnce(target, source, Date.now() + WITHIN_MS);
    },
  };
}

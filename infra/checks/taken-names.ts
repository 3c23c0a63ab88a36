import {
  FLEET_FUNCTIONS,
  fleetRemediateName,
  functionNameOf,
  HUB_FUNCTIONS,
} from '../../functions/contract.ts';
import { type Finding, quoted } from '../../functions/core/base/errors.ts';
import type { WrittenServer } from './fleet-problems.ts';

/** The CDK keeps the constructs of an app in an object, and has a construct of its own in each app. */
const isConstructOfTheCdk = (name: string) => name in {} || name === 'Tree';

const OF_A_FLEET: readonly string[] = [...Object.values(FLEET_FUNCTIONS), ...Object.values(HUB_FUNCTIONS)];
const isFunctionOfAFleet = (name: string) =>
  OF_A_FLEET.includes(functionNameOf(name)) || functionNameOf(name).startsWith(fleetRemediateName(''));

/** Names of servers that are allowed by themselves, and that something else has already. */
export function takenNames(servers: readonly WrittenServer[]): readonly Finding[] {
  return servers.flatMap(({ path, server: { name } }) => {
    if (typeof name !== 'string') return [];
    const because = isConstructOfTheCdk(name)
      ? 'the CDK can make no construct of this name'
      : isFunctionOfAFleet(name)
        ? `the function ${functionNameOf(name)} is one of a fleet`
        : null;
    return because === null
      ? []
      : [{ path: `${path}.name`, found: quoted(name), allowed: `another name: ${because}` }];
  });
}

/** The same for the names of stages. Each has a folder and a script, and some file systems know no case. */
export function takenStageNames(names: readonly string[]): readonly Finding[] {
  return names.flatMap((name, index) => {
    const before = names.slice(0, index).find((other) => other.toLowerCase() === name.toLowerCase());
    const because = isConstructOfTheCdk(name)
      ? 'the CDK can make no construct of this name'
      : before === undefined
        ? null
        : `it differs from ${before} only in case, and so would the files of the two`;
    return because === null
      ? []
      : [{ path: `stages.${name}`, found: quoted(name), allowed: `another name: ${because}` }];
  });
}

import { describe, expect, test } from 'vitest';
import {
  FLEET_FUNCTIONS,
  fleetRemediateName,
  functionNameOf,
  HUB_FUNCTIONS,
} from '../../functions/contract.ts';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { problemsOf } from './problems.ts';
import { aServer } from './synthesis.ts';

const named = (name: string) => problemsOf(() => parseDeclaration({ servers: [aServer({ name })] }));
const staged = (...names: readonly string[]) => {
  const stages = names.map((name, index) => {
    const account = `11112222333${index}`;
    const host = `orders-${index}.example.com`;
    const secretArn = `arn:aws:secretsmanager:eu-west-1:${account}:secret:orders-Ab3dEf`;
    return [name, { account, region: 'eu-west-1', servers: [aServer({ host, secretArn })] }];
  });
  return problemsOf(() => parseDeclaration({ stages: Object.fromEntries(stages) }));
};

describe('A name that is taken is refused', () => {
  test('where the CDK could make no construct of it', () => {
    const allowed = 'expected another name: the CDK can make no construct of this name';
    expect(named('constructor')).toEqual([`servers[0].name: found "constructor", ${allowed}`]);
    for (const name of ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'Tree'])
      expect(staged(name)).toEqual([`stages.${name}: found "${name}", ${allowed}`]);
  });

  test('where a fleet has a function of the same name', () => {
    for (const name of [
      ...Object.values(FLEET_FUNCTIONS),
      ...Object.values(HUB_FUNCTIONS),
      fleetRemediateName('vpc-0a1b2c3d'),
    ]) {
      const [problem] = named(name.slice(functionNameOf('').length));
      expect(problem).toContain(`expected another name: the function ${name} is one of a fleet`);
    }
    expect(named('fleet')).toEqual([]);
  });

  test('where two stages differ only in case', () => {
    expect(staged('Live', 'live')).toEqual([
      'stages.live: found "live", expected another name: it differs from Live only in case, and so would the files of the two',
    ]);
    expect(staged('live', 'live-2')).toEqual([]);
  });
});

import { Aws, CfnCondition, CfnParameter, Fn, type Stack } from 'aws-cdk-lib';

/** What a network's parameters say, in the forms in which its function needs them. */
export interface NetworkParameters {
  readonly memoryMb: number;
  /** Reserved runs at the same time, or nothing at all. */
  readonly reserved: unknown;
  /** The keys of all databases in reach, each with `*` at its end. */
  readonly keys: readonly string[];
  /** The same, with the cell's switch and policies. */
  readonly keysToRead: readonly string[];
  /** What the dispatcher finds in the parameter of this network. */
  readonly foundText: (functionArn: string) => string;
}

export function networkParameters(stack: Stack, vpc: string): NetworkParameters {
  const further = furtherVpcs(stack);
  const reserved = reservedRuns(stack);
  const beginnings = further.ifGiven(Fn.join('#*|', [vpc, Fn.join('#*|', further.ids)]), vpc);
  return {
    memoryMb: memoryMb(stack),
    reserved: reserved.ifGiven(reserved.count, Aws.NO_VALUE),
    keys: Fn.split('|', Fn.join('', [beginnings, '#*'])),
    keysToRead: Fn.split('|', Fn.join('', [beginnings, '#*|cell#switch|cell#policy#*'])),
    foundText: (functionArn) =>
      Fn.join('', [
        `{"function":"${functionArn}","reaches":[`,
        further.ifGiven(`"${Fn.join('","', further.ids)}"`, ''),
        ']',
        reserved.ifGiven(`,"concurrency":${reserved.count}`, ''),
        '}',
      ]),
  };
}

function furtherVpcs(stack: Stack) {
  const ids = new CfnParameter(stack, 'FurtherVpcIds', {
    type: 'CommaDelimitedList',
    description: 'Further VPCs of this account with databases that the subnets reach, or empty.',
    default: '',
  }).valueAsList;
  const isGiven = new CfnCondition(stack, 'HasFurtherVpcs', {
    expression: Fn.conditionNot(Fn.conditionEquals(Fn.join('', ids), '')),
  });
  return { ids, ifGiven: eitherOf(isGiven) };
}

/** New accounts have ten concurrent executions, of which none can be reserved. */
function reservedRuns(stack: Stack) {
  const count = new CfnParameter(stack, 'ReservedConcurrency', {
    description: 'Runs at the same time to reserve: databases x 60 s / 300 s + 2. Empty reserves none.',
    default: '',
    allowedPattern: '^([1-9][0-9]*)?$',
  }).valueAsString;
  const isGiven = new CfnCondition(stack, 'HasReservedConcurrency', {
    expression: Fn.conditionNot(Fn.conditionEquals(count, '')),
  });
  return { count, ifGiven: eitherOf(isGiven) };
}

function eitherOf(condition: CfnCondition): (given: string, other: string) => string {
  return (given, other) => Fn.conditionIf(condition.logicalId, given, other).toString();
}

/** Half of what a server of its own gets: these functions are warm, and their time is what a fleet costs. */
function memoryMb(stack: Stack): number {
  return new CfnParameter(stack, 'MemoryMb', {
    type: 'Number',
    description: 'Memory of the function in MB. More memory has more CPU.',
    default: 512,
    minValue: 256,
    maxValue: 3_008,
  }).valueAsNumber;
}

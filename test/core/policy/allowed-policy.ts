import { isIP } from 'node:net';
import { meantPattern } from '../../../functions/core/policy/foreign-pattern.ts';

/** What specification §4 allows, a second time: by hand, without a schema, over JSON values only. */
type Check = (value: unknown) => boolean;
const listOf =
  (entry: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(entry);
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const whole =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
const isFlag = oneOf(true, false);
/** Patterns of other languages have tests of their own. */
const isName: Check = (value) =>
  typeof value === 'string' && value.length > 0 && meantPattern(value) === null;

function seconds(age: string): number {
  return Number(age.slice(0, -1)) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[age.slice(-1)] ?? Number.NaN);
}
const isAge: Check = (value) =>
  typeof value === 'string' && /^\d+[smhd]$/.test(value) && seconds(value) >= 10;

/** IPv6 is taken at its word when it names a lone address; the fuzz makes no networks of it. */
const isNetwork: Check = (value) => {
  if (typeof value !== 'string') return false;
  const [address = '', bits, ...more] = value.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  if (bits === undefined || family === 6) return bits === undefined || Number(bits) === 128;
  if (!/^\d+$/.test(bits) || Number(bits) > 32) return false;
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number % 2 ** (32 - Number(bits)) === 0;
};
const isAddress: Check = (value) => oneOf('*', 'local', '(none)')(value) || isNetwork(value);

/** An object with these keys and no others, each of which may be left out unless it is obligatory. */
const strict =
  (shape: Readonly<Record<string, Check>>, ...obligatory: readonly string[]): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    obligatory.every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, inner]) => Object.hasOwn(shape, key) && shape[key]?.(inner) === true);

const isThreshold: Check = (value) =>
  strict({ usedPercent: whole(1, 100), freeSlots: whole(1, Number.MAX_SAFE_INTEGER) })(value) &&
  Object.keys(value as object).length === 1;
const names = listOf(isName);
const addresses = listOf(isAddress);
const count = whole(0, Number.MAX_SAFE_INTEGER);
const someOf =
  (entry: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(entry);
const isState = oneOf('idle', 'idle in transaction', 'idle in transaction (aborted)');
const aboutSome = {
  users: someOf(isName),
  databases: someOf(isName),
  applications: someOf(isName),
  addresses: someOf(isAddress),
};
const isConnectionAge: Check = (value) => typeof value === 'string' && /^[1-9]\d*[smhd]$/.test(value);
const isRule: Check = (value) => {
  const shape = {
    minAge: isAge,
    state: isState,
    onlyIf: someOf(oneOf('blocks', 'holdsBackVacuum')),
    connectionAge: isConnectionAge,
    ...aboutSome,
  };
  if (!strict(shape, 'minAge')(value)) return false;
  const { state = 'idle', onlyIf } = value as { readonly state?: string; readonly onlyIf?: unknown };
  return (state === 'idle') === (onlyIf === undefined);
};
const isTime: Check = (value) =>
  typeof value === 'string' && /^\d\d:\d\d$/.test(value) && value < '24' && value.slice(3) < '60';
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'];
const isBetween: Check = (value) =>
  strict({ from: isTime, to: isTime, zone: oneOf(...ZONES), ...aboutSome }, 'from', 'to', 'zone')(value) &&
  Reflect.get(value as object, 'from') !== Reflect.get(value as object, 'to');
const isYounger: Check = (value) =>
  strict({ age: isConnectionAge, ...aboutSome }, 'age')(value) && Object.keys(value as object).length > 1;
const isShaped = strict({
  $schema: (value) => typeof value === 'string',
  mode: oneOf('off', 'observe', 'enforce'),
  relieve: strict({
    when: isThreshold,
    until: isThreshold,
    ladder: listOf(
      strict(
        { state: isState, minAge: isAge, connectionAge: isConnectionAge, ...aboutSome },
        'state',
        'minAge',
      ),
    ),
  }),
  reap: (value) => value === null || isRule(value) || listOf(isRule)(value),
  limits: strict({ maxVictims: count, maxPercent: whole(0, 100), keepPerGroup: count }),
  include: strict({ users: names, databases: names, applications: names, addresses }),
  protect: strict({
    users: names,
    databases: names,
    applications: names,
    builtinApplications: isFlag,
    addresses,
    poolers: listOf((value) => value === 'local' || isNetwork(value)),
    listeners: isFlag,
    advisoryLocks: isFlag,
    temporaryTables: isFlag,
    youngerThan: listOf(isYounger),
    between: listOf(isBetween),
  }),
});

type Line = {
  readonly state?: string;
  readonly minAge: string;
  readonly connectionAge?: string;
  readonly onlyIf?: readonly string[];
} & { readonly [Key in 'users' | 'databases' | 'applications' | 'addresses']?: readonly string[] };
type Written = {
  readonly relieve?: {
    readonly when?: Readonly<Record<string, number>>;
    readonly until?: Readonly<Record<string, number>>;
    readonly ladder?: readonly Line[];
  };
  readonly reap?: Line | readonly Line[] | null;
};

const LISTS = ['users', 'databases', 'applications', 'addresses', 'onlyIf'] as const;

/** Whether every session that the later line takes was the earlier one's already. */
function covers(earlier: Line, later: Line): boolean {
  const within = (key: (typeof LISTS)[number]) => {
    const [all, some] = [earlier[key], later[key]];
    return all === undefined || all.includes('*') || (some?.every((each) => all.includes(each)) ?? false);
  };
  const isConnected =
    earlier.connectionAge === undefined ||
    (later.connectionAge !== undefined && seconds(earlier.connectionAge) <= seconds(later.connectionAge));
  return (
    (earlier.state ?? 'idle') === (later.state ?? 'idle') &&
    seconds(earlier.minAge) <= seconds(later.minAge) &&
    isConnected &&
    LISTS.every(within)
  );
}

const areUseful = (lines: readonly Line[]): boolean =>
  lines.every((line, index) => !lines.slice(0, index).some((earlier) => covers(earlier, line)));

export function isAllowed(value: unknown): boolean {
  if (!isShaped(value)) return false;
  const {
    when = { usedPercent: 95 },
    until = { usedPercent: 80 },
    ladder = [],
  } = (value as Written).relieve ?? {};
  const agree =
    'usedPercent' in when
      ? 'usedPercent' in until && (until.usedPercent ?? 0) < (when.usedPercent ?? 0)
      : 'freeSlots' in until && (until.freeSlots ?? 0) >= (when.freeSlots ?? 0);
  const rules = [(value as Written).reap ?? []].flat() as readonly Line[];
  return agree && areUseful(ladder) && areUseful(rules);
}

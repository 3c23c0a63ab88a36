/**
 * Decides as IAM does, by its documented rules: a Deny wins, nothing is allowed without an Allow, and a condition whose key
 * is not in the request does not hold, unless the operator says otherwise.
 */

export type IamStatement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
};

export type IamRequest = {
  readonly action: string;
  readonly resource: string;
  /** What the service says about the request. Names of keys are compared without case, as IAM does. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
};

export type Decision = 'allowed' | 'denied' | 'not allowed';

export function decide(statements: readonly IamStatement[], request: IamRequest): Decision {
  const fitting = statements.filter((each) => fits(each, request));
  if (fitting.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  return fitting.some(({ Effect }) => Effect === 'Allow') ? 'allowed' : 'not allowed';
}

const listed = (value: string | readonly string[]) => (typeof value === 'string' ? [value] : value);

function fits({ Action, Resource, Condition = {} }: IamStatement, request: IamRequest): boolean {
  const { action, resource } = request;
  return (
    listed(Action).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    listed(Resource).some((pattern) => like(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, valuesOf(request, key), listed(wanted))),
    )
  );
}

/** The values of a key, or null where the request does not have it. An empty list counts as absent. */
function valuesOf({ context = {} }: IamRequest, key: string): readonly string[] | null {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  if (found === undefined) return null;
  const values = listed(found[1]);
  return values.length === 0 ? null : values;
}

function holds(operator: string, found: readonly string[] | null, wanted: readonly string[]): boolean {
  if (operator === 'Null') return wanted.includes(String(found === null));
  const [, set, name = '', ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const isNegated = /Not/.test(name);
  const compare = COMPARISONS[name.replace('Not', '')];
  if (compare === undefined) throw new Error(`The evaluator knows no operator ${operator}.`);
  const matches = (value: string) => wanted.some((each) => compare(each, value)) !== isNegated;
  if (set === 'ForAllValues:') return (found ?? []).every(matches);
  if (found === null) return set === undefined && (ifExists !== undefined || isNegated);
  if (set === undefined && found.length > 1)
    throw new Error(`${operator} is for one value, not for ${found.join()}.`);
  return found.some(matches);
}

const COMPARISONS: Readonly<Record<string, (pattern: string, value: string) => boolean>> = {
  StringEquals: (pattern, value) => pattern === value,
  StringEqualsIgnoreCase: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (pattern, value) => pattern.toLowerCase() === value.toLowerCase(),
};

/** `*` stands for any text and `?` for one character. */
function like(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}

/** Each of the six parts by itself: a wildcard crosses no colon before the last part. */
function arnLike(pattern: string, value: string): boolean {
  const parts = (arn: string) => {
    const all = arn.split(':');
    return [...all.slice(0, 5), all.slice(5).join(':')];
  };
  const found = parts(value);
  return parts(pattern).every((part, at) => like(part, found[at] ?? ''));
}

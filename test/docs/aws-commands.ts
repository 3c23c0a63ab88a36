/** A call of the AWS CLI as a shell would make it. */
export type AwsCall = { readonly operation: string; readonly words: readonly string[] };

const WORD =
  /\s*((?:'[^']*'|"(?:\\.|\$\([^()]*\)|[^"\\])*"|\$\([^()]*(?:\([^()]*\)[^()]*)*\)|[^\s'";|&<>()`]+)+)/y;

/** All calls in a text. A call begins with `aws`, a service and an operation, and ends where a shell would end it. */
export function awsCallsIn(text: string): readonly AwsCall[] {
  const joined = text.replaceAll(/\\\n\s*/g, ' ');
  return [...joined.matchAll(/(?<![\w.@/-])aws (?=[a-z0-9]+ [a-z][a-z0-9-]+)/g)].map(({ index }) => {
    const words = wordsFrom(joined, index + 'aws '.length);
    return { operation: words.slice(0, 2).join(' '), words: words.slice(2) };
  });
}

function wordsFrom(text: string, start: number): readonly string[] {
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end === -1 ? undefined : end);
  const words: string[] = [];
  WORD.lastIndex = 0;
  for (let match = WORD.exec(line); match !== null; match = WORD.exec(line)) words.push(match[1] ?? '');
  return words;
}

type Known = Readonly<
  Record<string, { readonly options: readonly string[]; readonly required: readonly string[] }>
>;

/** Options of every call. */
const GLOBAL = [
  'region',
  'output',
  'query',
  'profile',
  'no-paginate',
  'cli-binary-format',
  'max-items',
  'no-cli-pager',
];
/** Commands of the CLI itself, which are no operation of a service. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  's3 cp': ['recursive'],
  's3 sync': ['delete', 'exclude', 'include'],
  'logs tail': ['since', 'follow', 'filter-pattern', 'format'],
  'cloudformation deploy': [
    ...['stack-name', 'template-file', 's3-bucket', 's3-prefix', 'parameter-overrides', 'capabilities'],
    'no-fail-on-empty-changeset',
  ],
  'cloudformation wait': ['stack-name'],
  'logs describe-log-groups': ['log-group-name-pattern'],
  // The CLI's own short forms of --ip-permissions.
  'ec2 authorize-security-group-ingress': ['protocol', 'port', 'source-group', 'cidr'],
  'rds generate-db-auth-token': ['hostname', 'port', 'username'],
};

/** Why the CLI's own validation would refuse this call, or null. */
export function awsProblem({ operation, words }: AwsCall, known: Known): string | null {
  const given = words
    .filter((word) => word.startsWith('--'))
    .map((word) => word.slice(2).replace(/=.*$/, ''));
  const found = known[operation];
  const own = OWN[operation];
  if (found === undefined && own === undefined) return `there is no ${operation}`;
  const options = [...GLOBAL, ...(found?.options ?? []), ...(own ?? []), 'cli-input-json'];
  const unknown = given.filter((option) => !options.includes(option));
  if (unknown.length > 0) return `${operation} has no --${unknown.join(', --')}`;
  const missing = given.includes('cli-input-json')
    ? []
    : (found?.required ?? []).filter((option) => !given.includes(option) && operation !== 'lambda invoke');
  if (missing.length > 0) return `${operation} needs --${missing.join(', --')}`;
  const isTable = words.some((word, at) => word === '--output' && words[at + 1] === 'table');
  return isTable ? 'a table cannot show lists inside of rows' : null;
}

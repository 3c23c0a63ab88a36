import { functionNameOf } from '../../functions/contract.ts';
import { ASSETS_BUCKET } from './packaged-synthesizer.ts';

/** A stack of a script, and its template relative to the script. */
export type ScriptedStack = { readonly name: string; readonly template: string };

/** What one script deploys. The place is undefined for servers without stages, which fit every account and region. */
export type Deployment = {
  readonly stacks: readonly ScriptedStack[];
  /** Declared servers, by name. */
  readonly servers: readonly string[];
  /** What the names of all our stacks there begin with: `pg-headroom-`, or `STAGE-pg-headroom-`. */
  readonly prefix: string;
  readonly place: { readonly account: string; readonly region: string } | undefined;
};

/** The script beside a package's templates. It needs a shell and the AWS CLI. */
export function deployScript({ stacks, place, ...declared }: Deployment): string {
  const deployments = stacks.map(({ name, template }) =>
    [
      `aws cloudformation deploy --stack-name ${name} --template-file ${template}`,
      `--s3-bucket "$1" --s3-prefix pg-headroom --parameter-overrides ${ASSETS_BUCKET}="$1"`,
      '--capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset',
    ].join(' \\\n  '),
  );
  return `#!/bin/sh
# Deploys the templates beside this file, in their order, where the AWS CLI's credentials and region say.
#   sh deploy.sh BUCKET          a bucket in that region takes the zipped assets
#   sh deploy.sh BUCKET --prune  afterwards also deletes stacks of ours without a declared server
#   sh deploy.sh --leftovers     only names what is deployed and not declared
#   sh deploy.sh --prune         only deletes it
#   sh deploy.sh --undo          deletes all stacks of ours, declared or not
set -eu
: "\${1:?name the bucket that takes the zipped assets}"
cd "$(dirname "$0")"
${place === undefined ? '' : onlyIn(place)}${leftoverFunctions({ stacks, ...declared })}
case $1 in
--leftovers) name_leftovers; exit ;;
--prune) prune; exit ;;
--undo) undo; exit ;;
-*) echo "There is no $1: give a bucket, --leftovers, --prune or --undo." >&2; exit 2 ;;
esac
case \${2:-} in
''|--prune) ;;
*) echo "There is no $2 after a bucket: give --prune, or nothing." >&2; exit 2 ;;
esac
aws s3 cp assets/ "s3://$1/" --recursive
${deployments.join('\n')}
if [ "\${2:-}" = --prune ]; then prune; else name_leftovers; fi
`;
}

/** The templates of a stage name its account and region, so they would fail halfway anywhere else. */
function onlyIn({ account, region }: NonNullable<Deployment['place']>): string {
  return `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}
test "$(aws sts get-caller-identity --query Account --output text)" = ${account} ||
  { echo "The AWS CLI's credentials are not of account ${account}." >&2; exit 1; }
`;
}

/**
 * Names and deletes what is deployed and not declared. A stack without a declared server is in no template, so that deploying
 * the templates leaves its functions running. Stacks of servers are deleted before what they import from. A question that
 * AWS does not answer ends the script: no answer must not be read as nothing there.
 */
function leftoverFunctions({ stacks, servers, prefix }: Omit<Deployment, 'place'>): string {
  const ours = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(',')}]`;
  const functions = functionNameOf('');
  return `
# Prints the words that the AWS CLI answers, a line each.
asked() {
  answer=$(aws "$@" --output text) || { echo 'AWS did not say what is deployed.' >&2; return 1; }
  printf '%s\\n' "$answer" | tr '\\t' '\\n' | sed '/^$/d'
}
# Stacks of ours in this account and region.
our_stacks() {
  asked cloudformation describe-stacks \\
    --query "Stacks[?(starts_with(StackName, '${prefix}servers-') || StackName=='${prefix}network' || StackName=='${prefix}reporting')$1].StackName"
}
# Functions that look like those of a server, whatever stack they are in.
our_functions() {
  asked lambda list-functions \\
    --query "Functions[?starts_with(FunctionName, '${functions}') && starts_with(not_null(Description, ''), 'pg-headroom: gives PostgreSQL server')$1].FunctionName"
}
undeclared_stacks() { our_stacks " && !contains(${ours(stacks.map(({ name }) => name))}, StackName)"; }
undeclared_functions() { our_functions " && !contains(${ours(servers.map(functionNameOf))}, FunctionName)"; }
# Fails if anything is deployed that is not declared.
name_leftovers() {
  stacks=$(undeclared_stacks); functions=$(undeclared_functions)
  [ -n "$stacks$functions" ] || return 0
  for stack in $stacks; do echo "Deployed and not declared: stack $stack. --prune deletes it." >&2; done
  for function in $functions; do echo "Deployed and not declared: function $function goes on running." >&2; done
  return 1
}
# Deletes stacks, those of servers first, the reporting last.
delete_stacks() {
  of_servers=$(printf '%s\\n' "$1" | grep '^${prefix}servers-' || true)
  others=$(printf '%s\\n' "$1" | grep -v '^${prefix}servers-' | sort || true)
  for stack in $of_servers $others; do
    echo "Deleting stack $stack"
    aws cloudformation delete-stack --stack-name "$stack"
    aws cloudformation wait stack-delete-complete --stack-name "$stack"
  done
}
prune() {
  stacks=$(undeclared_stacks)
  delete_stacks "$stacks"
  name_leftovers
}
undo() {
  stacks=$(our_stacks '')
  delete_stacks "$stacks"
  left=$(our_functions '')
  [ -z "$left" ] || { echo "Functions of other stacks go on running:" $left >&2; exit 1; }
  echo 'Nothing of ours runs any more. The bucket with the records and the logs of the functions stay until their retention ends.'
}
`;
}

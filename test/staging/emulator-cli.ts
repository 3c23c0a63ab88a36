import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `aws cloudformation deploy` makes a change set. In moto 5.2 nothing can import from a stack that came of one. */
const SCRIPT = `#!/bin/sh
[ "$1 $2" = "cloudformation deploy" ] || exec "$REAL_AWS" "$@"
while [ $# -gt 0 ]; do
  case $1 in
  --stack-name) name=$2 ;;
  --template-file) template=$2 ;;
  --parameter-overrides) key=\${2%%=*} value=\${2#*=} ;;
  esac
  shift
done
if "$REAL_AWS" cloudformation describe-stacks --stack-name "$name" >/dev/null 2>&1; then how=update; else how=create; fi
said=$("$REAL_AWS" cloudformation $how-stack --stack-name "$name" --template-body "file://$template" \\
  --parameters "ParameterKey=$key,ParameterValue=$value" --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM 2>&1) ||
  case $said in
  *'No updates are to be performed'*) exit 0 ;;
  *) echo "$said" >&2; exit 1 ;;
  esac
"$REAL_AWS" cloudformation wait stack-$how-complete --stack-name "$name"
`;

/** An environment in which `aws` creates and updates stacks where it would deploy them. All other calls go to the AWS CLI as they are. */
export function emulatorCli(folder: string): Readonly<Record<string, string>> {
  const real = execFileSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).trim();
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'aws'), SCRIPT, { mode: 0o755 });
  return { REAL_AWS: real, PATH: `${bin}:${process.env.PATH}` };
}

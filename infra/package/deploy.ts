import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { exitOnInvalid } from '../checks/exit-on-invalid.ts';
import { contextInCdkJson } from '../stacks/cdk-json.ts';
import { packageStacks } from './package-stacks.ts';

/**
 * `npm run deploy -- [STAGE] [--prune | --leftovers | --undo]`: deploys one stage by the CDK, and names or deletes what is
 * deployed and not declared. `cdk deploy --all` has the credentials of one account only, and never sees a stack without a
 * declared server.
 */
const FOLDER = 'dist/package';
const ACTIONS = ['--prune', '--leftovers', '--undo'];

exitOnInvalid(() => {
  const args = process.argv.slice(2);
  const [action = '--leftovers', ...others] = args.filter((arg) => ACTIONS.includes(arg));
  if (others.length > 0) {
    console.error(`Give one of ${ACTIONS.join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const [stage, ...more] = args.filter((arg) => !ACTIONS.includes(arg));
  const scripts = packageStacks(contextInCdkJson(), FOLDER);
  const script = stage === undefined && scripts.length === 1 ? scripts[0] : `deploy-${stage}.sh`;
  if (more.length > 0 || script === undefined || !existsSync(`${FOLDER}/${script}`)) {
    const stages = scripts.map((name) => name.replace(/^deploy-?|\.sh$/g, '')).filter((name) => name !== '');
    console.error(`Name one stage of cdk.json: ${stages.join(', ') || 'it has none'}.`);
    process.exitCode = 2;
    return;
  }
  const which = script === 'deploy.sh' ? '--all' : `${script.slice('deploy-'.length, -'.sh'.length)}/*`;
  const isOnly = args.includes('--undo') || args.includes('--leftovers');
  const deployed = isOnly || run('npx', ['cdk', 'deploy', which]);
  if (!deployed || !run('sh', [`${FOLDER}/${script}`, action])) process.exitCode = 1;
});

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

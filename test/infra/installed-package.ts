import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder with the package as the registry would have it, and with packages that npm would have put beside it. */
export function appWith(packages: readonly string[], files: Readonly<Record<string, string>>) {
  const app = mkdtempSync(join(tmpdir(), 'headroom-app-'));
  unpack(app);
  for (const name of packages) {
    const target = join(app, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules', name), target, 'junction');
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(app, file)), { recursive: true });
    writeFileSync(join(app, file), text);
  }
  return app;
}

function unpack(app: string): void {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['pack', '--ignore-scripts', '--silent', '--pack-destination', app], {
    cwd: PROJECT,
    stdio: 'ignore',
  });
  const [tarball = ''] = readdirSync(app).filter((file) => file.endsWith('.tgz'));
  const folder = join(app, 'node_modules', packageJson.name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', join(app, tarball), '-C', folder, '--strip-components=1']);
}

/** The variables of a shell. Vitest, the AWS CLI and the CDK set some that others read. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { CDK_CONTEXT_JSON: _, AWS_REGION: __, AWS_PROFILE: ___, NODE_OPTIONS: ____, ...env } = process.env;
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(VITEST|JEST|VITE_|TEST$|NODE_ENV|MODE$|DEV$|PROD$|SSR$)/.test(name),
    ),
  );
}

import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { quoted, RemediationError } from '../../core/base/errors.ts';
import type { Target } from '../../postgres/connection/target.ts';
import { printNote } from '../terminal.ts';
import type { ReadServer } from './named-server.ts';
import { passwordIn } from './password-file.ts';
import type { ClientEnvironment } from './server-environment.ts';
import { readService } from './service-file.ts';

const OTHERS_MAY_READ = 0o077;
const isWindows = process.platform === 'win32';

/**
 * What the service says that PGSERVICE names; empty without PGSERVICE.
 * @throws RemediationError `config-invalid` when no file has this service.
 */
export async function environmentService(environment: ClientEnvironment): Promise<readonly ReadServer[]> {
  const { PGSERVICE: name, PGSERVICEFILE, PGSYSCONFDIR } = environment;
  if (!name) return [];
  const files = [
    PGSERVICEFILE || homeFile(environment, '.pg_service.conf'),
    ...(PGSYSCONFDIR ? [join(PGSYSCONFDIR, 'pg_service.conf')] : []),
  ];
  for (const file of files) {
    const text = await textOf(file);
    const service = text === null ? null : readService(text, name);
    if (service === null) continue;
    if (service.ignored.includes('hostaddr'))
      throw new RemediationError(
        'config-invalid',
        `The service ${quoted(name)} in ${file} has hostaddr, which headroom does not use: name the address as host.`,
      );
    if (service.ignored.length > 0)
      printNote(
        `The service ${quoted(name)} has keys that headroom does not use: ${service.ignored.join(', ')}.`,
      );
    return [{ named: service.named, findings: [] }];
  }
  const message = `PGSERVICE names ${quoted(name)}, and no file has that service (looked in ${files.join(', ')}): add a section [${name}] with host and user, or name the file in PGSERVICEFILE.`;
  throw new RemediationError('config-invalid', message);
}

type Login = Pick<Target, 'host' | 'port' | 'database'> & { readonly user: string };

/** The password in the file that PGPASSFILE names, or else in ~/.pgpass. Null when there is none. */
export async function keptPassword(login: Login, environment: ClientEnvironment): Promise<string | null> {
  const file = environment.PGPASSFILE || passwordFile(environment);
  const text = await textOf(file);
  if (text === null) return null;
  if (!isWindows && ((await stat(file)).mode & OTHERS_MAY_READ) !== 0) {
    printNote(`The password file ${file} is not used, because others may read it: run chmod 0600 ${file}.`);
    return null;
  }
  return passwordIn(text, login);
}

function passwordFile(environment: ClientEnvironment): string {
  return isWindows
    ? join(environment.APPDATA ?? '', 'postgresql', 'pgpass.conf')
    : homeFile(environment, '.pgpass');
}

function homeFile(environment: ClientEnvironment, name: string): string {
  return join(environment.HOME || homedir(), name);
}

async function textOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

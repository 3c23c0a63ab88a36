import { access, constants } from 'node:fs/promises';
import { invalid, quoted, RemediationError } from '../../core/base/errors.ts';
import { serverName } from '../../core/declaration/setting-schemas.ts';
import { DEFAULT_STATEMENTS, type StatementChoice } from '../../core/server/statement-choice.ts';
import { openSession } from '../../postgres/connection/connect.ts';
import { newPace, type Pace } from '../../postgres/connection/pace.ts';
import { targetText } from '../../postgres/connection/target.ts';
import { serverPorts } from '../../postgres/server-ports.ts';
import type { RemediatePorts } from '../../remediate/ports.ts';
import { readInput } from '../read-input.ts';
import { printNote } from '../terminal.ts';
import { askPassword, canAsk } from './ask-password.ts';
import { declaredLogin } from './declared-login.ts';
import {
  DECLARATION_FILE,
  type DeclaredServer,
  findDeclared,
  namedByDeclaration,
  readDeclaredPlaces,
} from './declared-server.ts';
import { environmentService, keptPassword } from './libpq-files.ts';
import type { ReadServer } from './named-server.ts';
import { packagedRdsRoots } from './packaged-rds-roots.ts';
import { type ResolvedServer, resolveServer } from './resolve-server.ts';
import { type ClientEnvironment, serverInEnvironment } from './server-environment.ts';
import { readServerUrl } from './server-url.ts';

/** How a command line names a server: by its declared name or a URL, or by `--url`, or not at all. */
export type GivenServer = {
  readonly server?: string | undefined;
  readonly url?: string;
  readonly declaration?: string;
};

/** A server that a command may connect to. */
export type Server = ResolvedServer & {
  /** Host and port, for messages. */
  readonly name: string;
  /** Null when the server is not named by its declaration. */
  readonly declared: DeclaredServer | null;
  /** `pace` is that of a run, unless given. */
  readonly ports: (log: RemediatePorts['log'], pace?: Pace) => RemediatePorts;
};

/** Whether the command line or the environment names any server. */
export function namesServer(
  { server, url }: GivenServer,
  environment: ClientEnvironment = process.env,
): boolean {
  return [server, url, environment.PGHOST, environment.PGSERVICE].some((each) => each !== undefined);
}

/**
 * @throws RemediationError `config-invalid` when no server is named, when what names it does not parse, or when a file that
 * is named cannot be read.
 */
export async function findServer(
  given: GivenServer,
  statements: StatementChoice = DEFAULT_STATEMENTS,
): Promise<Server> {
  const environment = process.env;
  const { declared, places, isToken } = await placesOf(given, environment);
  const resolved = resolveServer(places);
  const target = await withRoots({ ...resolved.target, statements });
  warnOfOptions(environment);
  const { user } = resolved.credentials;
  const password =
    resolved.credentials.password || (await keptPassword({ ...target, user }, environment)) || '';
  const credentials = { user, password, ...(isToken && { isToken }) };
  const known = password === '' ? await askIfNeeded({ target, credentials }) : credentials;
  return {
    target,
    credentials: known,
    declared,
    name: targetText(target),
    ports: (log, pace) =>
      serverPorts(target, async (refused) => (refused === 0 ? known : null), log, pace && { pace }),
  };
}

type Places = {
  readonly declared: DeclaredServer | null;
  readonly places: readonly ReadServer[];
  readonly isToken: boolean;
};

/** Declaration or URL first, then the service that PGSERVICE names, then the other variables. */
async function placesOf(given: GivenServer, environment: ClientEnvironment): Promise<Places> {
  const { server, url } = given;
  if (server !== undefined && url !== undefined)
    throw new RemediationError('config-invalid', 'Name the server once: by its name, or with --url.');
  if (!namesServer(given, environment)) throw new RemediationError('config-invalid', WHICH_SERVER);
  const inEnvironment = { named: serverInEnvironment(environment), findings: [] };
  const named = url ?? (server !== undefined && !isDeclaredName(server) ? server : undefined);
  if (named === undefined && server !== undefined) return await declaredPlaces(given, server, environment);
  if (environment.PGHOSTADDR && named === undefined)
    throw new RemediationError('config-invalid', HOST_ADDRESS);
  const read = named === undefined ? [] : [readServerUrl(named, url === undefined ? 'server' : '--url')];
  const service = await environmentService(environment);
  return { declared: null, places: [...read, ...service, inEnvironment], isToken: false };
}

const WHICH_SERVER =
  'No server is named: give its declared name (headroom plan orders), --url postgres://USER@HOST, or PGHOST or PGSERVICE in the environment.';
const HOST_ADDRESS = 'PGHOSTADDR is set, and headroom does not use it: name the address in PGHOST.';

/** A name in the declaration, alone or after its stage. Everything else may be a URL that was mistyped. */
function isDeclaredName(text: string): boolean {
  const [name = '', stage, ...more] = text.split('/').toReversed();
  const isName = serverName().safeParse(name).success;
  return isName && more.length === 0 && (stage === undefined || /^[A-Za-z][A-Za-z0-9-]*$/.test(stage));
}

async function declaredPlaces(
  { declaration = DECLARATION_FILE }: GivenServer,
  name: string,
  environment: ClientEnvironment,
): Promise<Places> {
  const declared = findDeclared(
    readDeclaredPlaces(await readDeclaration(declaration, name)),
    name,
    declaration,
  );
  const inEnvironment = serverInEnvironment(environment);
  const login = environment.PGUSER ? null : await declaredLogin(declared);
  const from = 'the declared login';
  const ofLogin = login && {
    user: { text: login.user, from },
    password: { text: login.password, from },
  };
  const places = [namedByDeclaration(declared), ...(ofLogin ? [ofLogin] : []), inEnvironment];
  return {
    declared,
    places: places.map((named) => ({ named, findings: [] })),
    isToken: login?.isToken ?? false,
  };
}

async function readDeclaration(file: string, name: string): Promise<string> {
  try {
    return await readInput(file, 'declaration', 'config-invalid');
  } catch (cause) {
    if (file !== DECLARATION_FILE) throw cause;
    const message = `There is no ${file} here in which ${quoted(name)} could be declared: run the command beside it, name it with --declaration FILE, or give --url postgres://USER@HOST.`;
    throw new RemediationError('config-invalid', message, { cause });
  }
}

/** Our session must have settings of our own, so that no option changes what our statements do. */
function warnOfOptions({ PGOPTIONS }: ClientEnvironment): void {
  if (PGOPTIONS) printNote('PGOPTIONS is set and not used: all settings of our session are our own.');
}

async function withRoots(target: ResolvedServer['target']): Promise<ResolvedServer['target']> {
  if (target.tls.mode === 'off') return target;
  const { caFile } = target.tls;
  if (caFile === null)
    return { ...target, tls: { mode: 'verify', caFile: await packagedRdsRoots(target.host) } };
  if (typeof caFile === 'string') await requireReadable(caFile);
  return target;
}

async function requireReadable(caFile: string): Promise<void> {
  try {
    await access(caFile, constants.R_OK);
  } catch {
    const found = `${quoted(caFile)}, which cannot be read`;
    const finding = { path: 'sslrootcert', found, allowed: 'the path of a PEM file' };
    throw invalid('config-invalid', "The server's address", [finding]);
  }
}

/** On a terminal, one try shows whether the server asks for a password. A full server does not get as far as asking. */
async function askIfNeeded({ target, credentials }: ResolvedServer): Promise<ResolvedServer['credentials']> {
  if (!canAsk()) return credentials;
  const pace = newPace({ eagerTries: 0, mostTries: 1 });
  const { session, problem } = await openSession(target, async () => credentials, Date.now() + TRY_MS, {
    pace,
  });
  await session?.close();
  if (problem === null || !MAY_ASK.has(problem.code)) return credentials;
  return { ...credentials, password: await askPassword(`Password of role ${credentials.user}: `) };
}

const TRY_MS = 4_000;
const MAY_ASK: ReadonlySet<string> = new Set(['connect-password', 'connect-full', 'connect-half-open']);

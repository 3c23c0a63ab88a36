import { existsSync } from 'node:fs';
import { functionNameOf, REPORT_ENV } from '../../contract.ts';
import { quoted, RemediationError } from '../../core/base/errors.ts';
import { REMEDIATE_ENV } from '../../core/declaration/remediate-variables.ts';
import { SERVER_NAME, SERVER_NAME_FORM } from '../../core/declaration/setting-schemas.ts';
import { readInput } from '../read-input.ts';
import { whileWaiting } from '../while-waiting.ts';
import { DECLARATION_FILE, type DeclaredPlace, findDeclared, readDeclaredPlaces } from './declared-server.ts';

/** A server that has a function in AWS, by its declared name, alone or after its stage. */
export type GivenDeployed = {
  readonly server: string;
  readonly declaration?: string;
  readonly region?: string;
};

/** The name of the server in records and memory, and the region of its function. */
type DeployedServer = { readonly name: string; readonly region: string | undefined };

/** Where the records of a server are. */
export type BucketAddress = DeployedServer & { readonly bucket: string };

/** Where the memory of a server is. */
export type MemoryAddress = DeployedServer & { readonly table: string };

/**
 * The table that the server's own function uses.
 * @throws RemediationError `config-invalid`, `function-unreadable`.
 */
export async function memoryOf(given: GivenDeployed): Promise<MemoryAddress> {
  const server = await deployedServer(given);
  const { environment, region } = await lookUp(functionNameOf(server.name), server.region, OR_TABLE);
  const table = environment[REMEDIATE_ENV.table];
  if (table !== undefined) return { ...server, region, table };
  const message = `${server.name} has no memory: its function is deployed without a table ("memoryAccess": "none").`;
  throw new RemediationError('config-invalid', message);
}

/**
 * Checks that the server exists: the command line names the table with its memory. Its name is the key of its item, so no stage stands before it.
 * @throws RemediationError `config-invalid` if it has no function, `function-unreadable`.
 */
export async function requireDeployed(server: string, region: string | undefined): Promise<void> {
  if (!SERVER_NAME_FORM.test(server)) throw noSuchName(server, `${SERVER_NAME}, without its stage`);
  await lookUp(functionNameOf(server), region, 'Nothing was changed.');
}

/** One server of each declared place, each with its stage. They share the reporting of the place. */
export async function oneServerOfEachPlace(declaration: string | undefined): Promise<readonly string[]> {
  const places = (await declaredPlaces(declaration)) ?? [];
  return places.flatMap(({ stage, servers: [first] }) =>
    first === undefined ? [] : [stage === null ? first.name : `${stage}/${first.name}`],
  );
}

/**
 * The bucket in which the function keeps its records that gets the results of this server's runs.
 * @throws RemediationError `config-invalid`, `function-unreadable`.
 */
export async function bucketOf(given: GivenDeployed): Promise<BucketAddress> {
  const server = await deployedServer(given);
  const { destination, region } = await lookUp(functionNameOf(server.name), server.region, OR_PLACE);
  const reportEnvironment =
    destination === null ? {} : (await lookUp(destination, region, OR_PLACE)).environment;
  const bucket = reportEnvironment[REPORT_ENV.bucket];
  if (bucket !== undefined) return { ...server, region, bucket };
  const message = `The runs for ${server.name} keep no records in a bucket, or no function of ours gets their results. ${OR_PLACE}`;
  throw new RemediationError('config-invalid', message);
}

/**
 * The function that gets the results of this server's runs, and tells people.
 * @throws RemediationError `config-invalid`, `function-unreadable`.
 */
export async function reportFunctionOf(
  given: GivenDeployed,
): Promise<{ readonly name: string; readonly region: string | undefined }> {
  const server = await deployedServer(given);
  const { destination, region } = await lookUp(
    functionNameOf(server.name),
    server.region,
    'Nothing was sent.',
  );
  if (destination !== null) return { name: destination, region };
  const message = `No function gets the results of the runs for ${server.name}, so no message would be sent.`;
  throw new RemediationError('config-invalid', message);
}

const OR_TABLE = 'Or name the memory with --table.';
const OR_PLACE = 'Or name the place of the records: s3://BUCKET.';

async function lookUp(name: string, given: string | undefined, otherwise: string) {
  const { deployedFunction } = await import('../../aws/deployed-function.ts');
  const { region, found } = await whileWaiting(`Looking up ${name}`, () => deployedFunction(name, given));
  if (found !== null) return { ...found, region };
  const message = `There is no function ${name} in ${region}: check the server's name, the region (--region) and the account (AWS_PROFILE). ${otherwise}`;
  throw new RemediationError('config-invalid', message);
}

/** The region that is given, else that of the declaration. Where neither says one, it is that of the AWS profile. */
async function deployedServer({ server, declaration, region }: GivenDeployed): Promise<DeployedServer> {
  const name = nameIn(server);
  if (region !== undefined) return { name, region };
  const places = await declaredPlaces(declaration);
  if (places === null) return { name, region: undefined };
  const found = findDeclared(places, server, declaration ?? DECLARATION_FILE);
  return { name, region: found.region };
}

/**
 * The name of the server alone, without the stage. What cannot be a name is not looked up.
 * @throws RemediationError `config-invalid`.
 */
function nameIn(server: string): string {
  const [name = '', stage, ...more] = server.split('/').toReversed();
  if (SERVER_NAME_FORM.test(name) && stage !== '' && more.length === 0) return name;
  throw noSuchName(server, `${SERVER_NAME}, alone or after its stage, as in production/orders`);
}

function noSuchName(server: string, allowed: string): RemediationError {
  return new RemediationError(
    'config-invalid',
    `No server is called ${quoted(server)}: expected ${allowed}.`,
  );
}

/** A cdk.json that the command line does not name, and that declares no servers, belongs to another app. */
async function declaredPlaces(named: string | undefined): Promise<readonly DeclaredPlace[] | null> {
  const file = named ?? DECLARATION_FILE;
  if (named === undefined && !existsSync(file)) return null;
  const text = await readInput(file, 'declaration', 'config-invalid');
  if (named === undefined && !/"(servers|stages)"/.test(text)) return null;
  return readDeclaredPlaces(text);
}

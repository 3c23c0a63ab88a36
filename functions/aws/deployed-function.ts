import {
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { RemediationError } from '../core/base/errors.ts';
import { knownRegion } from './known-region.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** All tries of one call together may take this long, because a person waits for it. */
const WITHIN_MS = 5_000;

/** What a deployed function is configured with. Its client is loaded only by commands that look one up. */
export type DeployedFunction = {
  readonly environment: Readonly<Record<string, string>>;
  /** The function or other resource that gets the results of its runs. */
  readonly destination: string | null;
};

/**
 * Where the function is, and null where no function of this name is.
 * @throws RemediationError `function-unreadable`.
 */
export async function deployedFunction(
  name: string,
  region: string | undefined,
): Promise<{ readonly region: string; readonly found: DeployedFunction | null }> {
  const client = new LambdaClient(region === undefined ? {} : { region });
  try {
    const known = await knownRegion(client);
    return { region: known, found: await read(client, name) };
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const message = `The function ${name} cannot be looked up (${sdkFailureText(thrown, WITHIN_MS)}): check that your credentials have lambda:GetFunctionConfiguration and lambda:GetFunctionEventInvokeConfig on pg-headroom's functions.`;
    throw new RemediationError('function-unreadable', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

async function read(client: LambdaClient, FunctionName: string): Promise<DeployedFunction | null> {
  const options = { abortSignal: AbortSignal.timeout(WITHIN_MS) };
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }), options);
    const destination = await destinationOf(client, FunctionName);
    return { environment: Environment?.Variables ?? {}, destination };
  } catch (thrown) {
    if (thrown instanceof ResourceNotFoundException) return null;
    throw thrown;
  }
}

async function destinationOf(client: LambdaClient, FunctionName: string): Promise<string | null> {
  const options = { abortSignal: AbortSignal.timeout(WITHIN_MS) };
  try {
    const command = new GetFunctionEventInvokeConfigCommand({ FunctionName });
    const { DestinationConfig } = await client.send(command, options);
    return DestinationConfig?.OnSuccess?.Destination ?? null;
  } catch (thrown) {
    if (thrown instanceof ResourceNotFoundException) return null;
    throw thrown;
  }
}

/** Publishing to two topics may take this long, and the function may have to start. */
const INVOKE_WITHIN_MS = 40_000;

/**
 * Invokes a function and waits for its end.
 * @returns what went wrong in it, or null.
 * @throws RemediationError `function-unreadable` if it could not be invoked.
 */
export async function invokeAndWait(
  name: string,
  region: string | undefined,
  event: object,
): Promise<string | null> {
  const { hasFailed, text } = await askFunction(name, region, event);
  return hasFailed ? text : null;
}

/**
 * Invokes a function and waits for its answer, as JSON: what it returned, or the error that ended it. An event that
 * may come twice is sent up to `maxAttempts` times where Lambda does not take it.
 * @throws RemediationError `function-unreadable` if it could not be invoked.
 */
export async function askFunction(
  name: string,
  region: string | undefined,
  event: object,
  maxAttempts = 1,
): Promise<{ readonly hasFailed: boolean; readonly text: string }> {
  const client = new LambdaClient({ maxAttempts, ...(region !== undefined && { region }) });
  const command = new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) });
  try {
    const abortSignal = AbortSignal.timeout(INVOKE_WITHIN_MS);
    const { FunctionError, Payload } = await client.send(command, { abortSignal });
    return { hasFailed: FunctionError !== undefined, text: Buffer.from(Payload ?? []).toString() };
  } catch (thrown) {
    const message = `The function ${name} cannot be invoked (${sdkFailureText(thrown, INVOKE_WITHIN_MS)}): check that your credentials have lambda:InvokeFunction on it.`;
    throw new RemediationError('function-unreadable', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

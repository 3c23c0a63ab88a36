import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { RemediationError } from '../core/base/errors.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 3;
/** All tries of one invocation together. */
const WITHIN_MS = 5_000;

/** Puts an event into a function's queue. Its client is kept, because a dispatch makes many such calls. */
export function invokesLater(): (functionName: string, event: object) => Promise<void> {
  const client = new LambdaClient({ maxAttempts: MAX_ATTEMPTS });
  return async (FunctionName, event) => {
    const Payload = Buffer.from(JSON.stringify(event));
    const command = new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload });
    try {
      await client.send(command, { abortSignal: AbortSignal.timeout(WITHIN_MS) });
    } catch (thrown) {
      const message = `${FunctionName} cannot be invoked (${sdkFailureText(thrown, WITHIN_MS)}): check that it exists, and that this function's role may invoke it.`;
      throw new RemediationError('invocation-refused', message, { cause: thrown });
    }
  };
}

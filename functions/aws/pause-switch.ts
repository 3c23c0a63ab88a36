import { RemediationError } from '../core/base/errors.ts';
import { knownRegion } from './known-region.ts';
import { keyOf, type Switch, switchAttribute } from './memory-item.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** A server's item, and where its table is. */
export type SwitchPlace = { readonly server: string; readonly table: string; readonly region?: string };

const WITHIN_MS = 5_000;

/**
 * Pauses or resumes a server. Only the attribute of the switch is written, so that an operator needs no right
 * to the rest of the item. The version counts up, so that a report that has read the item before reads it again.
 * @throws RemediationError `memory-unwritable`.
 */
export async function writeSwitch(place: SwitchPlace, to: Switch): Promise<void> {
  const { server, table, region } = place;
  const { DynamoDBClient, UpdateItemCommand } = await import('./operator-clients.ts');
  const client = new DynamoDBClient({ maxAttempts: 3, ...(region !== undefined && { region }) });
  const command = new UpdateItemCommand({
    TableName: table,
    Key: keyOf({ server, table }),
    UpdateExpression: 'SET pause = :pause ADD version :one',
    ExpressionAttributeValues: { ':pause': switchAttribute(to), ':one': { N: '1' } },
  });
  try {
    await knownRegion(client);
    await client.send(command, { abortSignal: AbortSignal.timeout(WITHIN_MS) });
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const message = `The pause of ${server} was not written to table ${table} (${sdkFailureText(thrown, WITHIN_MS)}): check that dynamodb:UpdateItem is allowed on this key. Without AWS, revoke pg_signal_backend from the role.`;
    throw new RemediationError('memory-unwritable', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

/** The IAM identity of the credentials in use, or null with the reason. AWS lets every identity ask for its own. */
export async function callerIdentity(
  region: string | undefined,
): Promise<{ readonly arn: string } | { readonly problem: string }> {
  const { STSClient, GetCallerIdentityCommand } = await import('./operator-clients.ts');
  const client = new STSClient({ maxAttempts: 2, ...(region !== undefined && { region }) });
  try {
    const { Arn } = await client.send(new GetCallerIdentityCommand(), {
      abortSignal: AbortSignal.timeout(WITHIN_MS),
    });
    return Arn === undefined ? { problem: 'AWS named no identity' } : { arn: Arn };
  } catch (thrown) {
    return { problem: sdkFailureText(thrown, WITHIN_MS) };
  } finally {
    client.destroy();
  }
}

import { FLEET_TABLES, fleetOperatorRole } from '../contract.ts';
import { coerceError, RemediationError } from '../core/base/errors.ts';
import { CELL_KEYS } from '../core/fleet/cell-items.ts';
import { type AssumedCredentials, writePeoplesText } from './fleet-items.ts';
import { sdkFailureText } from './sdk-failure.ts';

const WITHIN_MS = 10_000;

/** A cell that is reached from anywhere in the organisation. */
export type CellPlace = { readonly account: string; readonly region: string };

/** The caller, whose own account needs no other role. */
export type Caller = { readonly arn: string };

/** Writes the people's switch of the cell of one's own credentials. @throws RemediationError `registry-unwritable`. */
export async function writeOwnCellSwitch(
  text: string,
  region: string | undefined,
  credentials?: AssumedCredentials,
): Promise<void> {
  await writeCellText('people', text, region, credentials);
}

/** Writes what people proved of the logins of this cell. @throws RemediationError `registry-unwritable`. */
export async function writeCellProof(text: string, region: string | undefined): Promise<void> {
  await writeCellText('proof', text, region);
}

async function writeCellText(
  attribute: 'people' | 'proof',
  text: string,
  region: string | undefined,
  credentials?: AssumedCredentials,
): Promise<void> {
  const written = { table: FLEET_TABLES.registry, key: CELL_KEYS.switch, attribute, text } as const;
  await writePeoplesText({ ...written, isThere: false }, region, credentials);
}

/**
 * Writes the people's switch of a cell, with the role for operators where the cell is another account's.
 * @returns why it was not written, or null.
 */
export async function writeCellSwitch(
  { account, region }: CellPlace,
  text: string,
  caller: Caller,
): Promise<string | null> {
  try {
    const credentials = await operatorCredentials({ account, region }, caller);
    await writeOwnCellSwitch(text, region, credentials);
    return null;
  } catch (thrown) {
    return coerceError(thrown).message;
  }
}

async function operatorCredentials(
  { account, region }: CellPlace,
  { arn }: Caller,
): Promise<AssumedCredentials | undefined> {
  const [, partition, , , own] = arn.split(':');
  if (own === account) return undefined;
  const { AssumeRoleCommand, STSClient } = await import('./operator-clients.ts');
  const client = new STSClient({ region, maxAttempts: 2 });
  const role = `arn:${partition}:iam::${account}:role/${fleetOperatorRole(region)}`;
  try {
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'headroom-fleet' }),
      { abortSignal: AbortSignal.timeout(WITHIN_MS) },
    );
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = given ?? {};
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new RemediationError('registry-unwritable', `${role} gave no credentials.`);
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  } catch (thrown) {
    throw new RemediationError(
      'registry-unwritable',
      `${role} cannot be assumed (${sdkFailureText(thrown, WITHIN_MS)}).`,
      { cause: thrown },
    );
  } finally {
    client.destroy();
  }
}

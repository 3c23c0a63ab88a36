import { RemediationError } from '../core/base/errors.ts';
import type { ResourceTag } from '../core/fleet/database-tags.ts';
import { sdkFailureText } from './sdk-failure.ts';

const WITHIN_MS = 10_000;

/** The tags of an instance or a cluster, as the API of RDS has them now. @throws RemediationError `api-refused`. */
export async function readResourceTags(arn: string, region: string): Promise<readonly ResourceTag[]> {
  const { ListTagsForResourceCommand, RDSClient } = await import('./rds.ts');
  const client = new RDSClient({ region, maxAttempts: 3 });
  try {
    const command = new ListTagsForResourceCommand({ ResourceName: arn });
    const { TagList = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(WITHIN_MS) });
    return TagList.flatMap(({ Key: key, Value: value = '' }) => (key === undefined ? [] : [{ key, value }]));
  } catch (thrown) {
    const message = `The tags of ${arn} cannot be read (${sdkFailureText(thrown, WITHIN_MS)}): check that your credentials have rds:ListTagsForResource on it, as the managed policy of the output OperatorsPolicyArn has.`;
    throw new RemediationError('api-refused', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

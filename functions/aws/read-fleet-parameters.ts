import { paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { FLEET_PARAMETERS } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { jsonIn } from '../core/base/json-in.ts';
import { count, fields, list, text } from '../core/base/kept-fields.ts';
import type { FleetNetwork, FleetParameters } from '../core/fleet/rds-view.ts';
import { allOf } from './all-of.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 3;
/** All pages together. SSM gives ten parameters a page. */
const WITHIN_MS = 20_000;

const networkSchema = fields({
  function: text,
  reaches: z._default(list(text), []),
  concurrency: z.optional(count),
});
/** The networks of this account, and the servers that have a construct of their own. @throws RemediationError `api-refused`. */
export async function readFleetParameters(): Promise<FleetParameters> {
  const client = new SSMClient({ maxAttempts: MAX_ATTEMPTS });
  const options = { abortSignal: AbortSignal.timeout(WITHIN_MS) };
  const below = (Path: string) => {
    const pages = paginateGetParametersByPath({ client }, { Path, Recursive: true }, options);
    return allOf(pages, ({ Parameters = [] }) =>
      Parameters.map(({ Name = '', Value = '' }) => ({ name: Name.slice(Path.length + 1), value: Value })),
    );
  };
  try {
    const [networks, declared] = await Promise.all([
      below(FLEET_PARAMETERS.network),
      below(FLEET_PARAMETERS.declared),
    ]);
    return {
      networks: networks.flatMap(({ name, value }) => toNetwork(name, value)),
      declared: declared.map(({ name, value }) => ({ host: name.toLowerCase(), server: value })),
    };
  } catch (thrown) {
    const message = `The parameters of this cell cannot be read (${sdkFailureText(thrown, WITHIN_MS)}): check that ssm:GetParametersByPath is allowed below ${FLEET_PARAMETERS.network} and ${FLEET_PARAMETERS.declared}. The last registry holds.`;
    throw new RemediationError('api-refused', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

/** A parameter that was written by hand and is no network reaches nothing. */
function toNetwork(vpc: string, value: string): readonly FleetNetwork[] {
  const parsed = z.safeParse(networkSchema, jsonIn(value));
  if (!parsed.success) return [];
  const { function: name, reaches, concurrency = null } = parsed.data;
  return [{ vpc, function: name, reaches, concurrency }];
}

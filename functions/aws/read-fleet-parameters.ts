import * as z from 'zod/mini';
import { FLEET_PARAMETERS } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { count, fields, list, text } from '../core/base/kept-fields.ts';
import { jsonIn } from '../core/fleet/json-in.ts';
import type { FleetNetwork, FleetParameters } from '../core/fleet/rds-view.ts';
import { sdkFailureText } from './sdk-failure.ts';
import { jsonCall, type SignedService } from './signed-call.ts';

const SSM: SignedService = { name: 'ssm', variable: 'SSM' };
const WITHIN_MS = 10_000;
/** SSM gives no more at once. */
const PAGE = 10;
const MOST_PAGES = 1_000;

const networkSchema = fields({
  function: text,
  reaches: z._default(list(text), []),
  concurrency: z.optional(count),
});
const pageSchema = fields({
  Parameters: z._default(list(fields({ Name: text, Value: text })), []),
  NextToken: z.optional(z.nullable(text)),
});

/** The networks of this account, and the servers that have a construct of their own. @throws RemediationError `api-refused`. */
export async function readFleetParameters(): Promise<FleetParameters> {
  try {
    const [networks, declared] = await Promise.all([
      parametersBelow(FLEET_PARAMETERS.network),
      parametersBelow(FLEET_PARAMETERS.declared),
    ]);
    return {
      networks: networks.flatMap(({ name, value }) => toNetwork(name, value)),
      declared: declared.map(({ name, value }) => ({ host: name, server: value })),
    };
  } catch (thrown) {
    const message = `The parameters of this cell cannot be read (${sdkFailureText(thrown)}): check that ssm:GetParametersByPath is allowed below ${FLEET_PARAMETERS.network} and ${FLEET_PARAMETERS.declared}. The last registry holds.`;
    throw new RemediationError('api-refused', message, { cause: thrown });
  }
}

type Parameter = { readonly name: string; readonly value: string };

async function parametersBelow(path: string): Promise<readonly Parameter[]> {
  const found: Parameter[] = [];
  let next: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const input = {
      Path: path,
      Recursive: true,
      MaxResults: PAGE,
      ...(next !== null && { NextToken: next }),
    };
    const page = pageSchema.parse(await jsonCall(SSM, 'AmazonSSM.GetParametersByPath', input, WITHIN_MS));
    found.push(
      ...page.Parameters.map(({ Name, Value }) => ({ name: Name.slice(path.length + 1), value: Value })),
    );
    next = page.NextToken ?? null;
    if (next === null) return found;
  }
  throw new Error(`more than ${MOST_PAGES} pages below ${path}`);
}

/** A parameter that was written by hand and is no network reaches nothing. */
function toNetwork(vpc: string, value: string): readonly FleetNetwork[] {
  const parsed = z.safeParse(networkSchema, jsonIn(value));
  if (!parsed.success) return [];
  const { function: name, reaches, concurrency = null } = parsed.data;
  return [{ vpc, function: name, reaches, concurrency }];
}

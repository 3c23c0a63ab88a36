import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ServerDeclaration } from '../../functions/core/declaration/server-declaration.ts';
import { MemoryEndpoint } from '../constructs/memory-endpoint.ts';

/** For each VPC, the route tables that its servers name. */
export type RouteTables = ReadonlyMap<string, readonly string[]>;

/** The route tables that need a route to DynamoDB. Empty where every server has a route or declares none. */
export function routeTablesOf(servers: readonly ServerDeclaration[]): RouteTables {
  const tables = new Map<string, readonly string[]>();
  for (const { vpc, memoryAccess } of servers) {
    if (typeof memoryAccess === 'string') continue;
    const named = [...(tables.get(vpc.vpcId) ?? []), ...memoryAccess.routeTableIds];
    tables.set(vpc.vpcId, [...new Set(named)].sort());
  }
  return tables;
}

export interface NetworkStackProps extends StackProps {
  readonly routeTables: RouteTables;
}

/** What the servers of one VPC share. It is a stack of its own, so that no stack of servers owns it. */
export class NetworkStack extends Stack {
  constructor(scope: Construct, id: string, { routeTables, ...props }: NetworkStackProps) {
    super(scope, id, { description: "pg-headroom: the functions' way to their memory", ...props });
    for (const [vpcId, routeTableIds] of routeTables)
      new MemoryEndpoint(this, vpcId, { vpcId, routeTableIds });
  }
}

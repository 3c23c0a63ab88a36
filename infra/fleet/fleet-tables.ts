import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ATTENTION_INDEX, EXPIRY_ATTRIBUTE, FLEET_TABLES } from '../../functions/contract.ts';

/** What the attention index copies of an item: all that back-off and cadence need. */
const ATTENTION_FIELDS = ['failures', 'failedAt', 'failedBy', 'incident', 'busyAt'];

const NOT_KEPT = {
  id: 'AwsSolutions-DDB3',
  reason: 'Its items live for minutes or a day, and nothing is decided by them after that.',
};

/**
 * The four tables of a cell. All are paid by the request, encrypted by AWS's own key, and deleted with the cell: they are
 * about the next hours, and the registry is read anew from the API.
 */
export class FleetTables extends Construct {
  readonly registry: dynamodb.Table;
  readonly memory: dynamodb.Table;
  readonly claims: dynamodb.Table;
  readonly outbox: dynamodb.Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.registry = this.table('Registry', FLEET_TABLES.registry, 'key', { isKept: true });
    this.memory = this.table('Memory', FLEET_TABLES.memory, 'server', { isKept: true });
    this.memory.addGlobalSecondaryIndex({
      indexName: ATTENTION_INDEX,
      partitionKey: { name: ATTENTION_INDEX, type: dynamodb.AttributeType.STRING },
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: ATTENTION_FIELDS,
    });
    this.claims = this.table('Claims', FLEET_TABLES.claims, 'key', { isKept: false });
    this.outbox = this.table('Outbox', FLEET_TABLES.outbox, 'key', {
      isKept: false,
      sortKey: { name: 'run', type: dynamodb.AttributeType.STRING },
      stream: dynamodb.StreamViewType.NEW_IMAGE,
    });
    for (const table of [this.claims, this.outbox]) Validations.of(table).acknowledge(NOT_KEPT);
  }

  private table(
    id: string,
    tableName: string,
    key: string,
    { isKept, ...more }: { readonly isKept: boolean } & Pick<dynamodb.TableProps, 'sortKey' | 'stream'>,
  ): dynamodb.Table {
    return new dynamodb.Table(this, id, {
      tableName,
      partitionKey: { name: key, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.DEFAULT,
      timeToLiveAttribute: EXPIRY_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: isKept },
      removalPolicy: RemovalPolicy.DESTROY,
      ...more,
    });
  }
}

import * as iam from 'aws-cdk-lib/aws-iam';

/** Which items of a table a role may touch, by the beginning of their keys. */
export interface LeadingKeysProps {
  readonly actions: readonly string[];
  /** ARNs of tables. */
  readonly tables: readonly string[];
  /** Keys. A `*` at the end stands for any rest. */
  readonly keys: readonly string[];
  /**
   * The attributes that a request may name.
   *
   * @default - all
   */
  readonly attributes?: readonly string[];
}

/**
 * Allows the items with such a key, and no others. `ForAllValues` alone would also allow a request that names no key at all,
 * such as a Scan: the second condition refuses it.
 */
export function onLeadingKeys({ actions, tables, keys, attributes }: LeadingKeysProps): iam.PolicyStatement {
  const named = attributes && { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...attributes] } };
  return new iam.PolicyStatement({
    actions: [...actions],
    resources: [...tables],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
      Null: { 'dynamodb:LeadingKeys': 'false', ...(named && { 'dynamodb:Attributes': 'false' }) },
      ...named,
    },
  });
}

/** What the functions of a fleet use of DynamoDB's client, for the reason in `secrets-manager.ts`. */
export {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  paginateScan,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** What is used of DynamoDB's client, imported on demand as `secrets-manager.ts` is. */
export {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';

/** What we use of DynamoDB's client. It is imported on demand, for the reason in `secrets-manager.ts`. */
export {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';

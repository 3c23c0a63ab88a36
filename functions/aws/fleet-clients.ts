/** What the commands of a fleet use of DynamoDB's client. It is imported on demand, for the reason in `secrets-manager.ts`. */
export {
  ConditionalCheckFailedException,
  DynamoDBClient,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

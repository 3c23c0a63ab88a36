/** What the switch uses of AWS's clients. It is imported on demand, for the reason in `secrets-manager.ts`. */
export { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
export { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
